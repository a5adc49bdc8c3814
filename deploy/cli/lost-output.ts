import { constants } from 'node:os';
import process from 'node:process';

/** Ends a command whose standard output cannot be written any more. What runs until it is stopped is stopped instead. */
export const endWithOutput = (say: (message: string) => void): void => {
  // Node leaves these two streams open after an error, so each further line would come here too.
  let isLost = false;
  process.stdout.on('error', ({ code, message }: NodeJS.ErrnoException) => {
    if (isLost) return;
    isLost = true;
    const runsUntilStopped = process.listenerCount('SIGTERM') > 0;
    if (code === 'EPIPE') {
      // Whoever read it has seen enough: that is nothing to tell. The exit code is that of what SIGPIPE ends.
      if (runsUntilStopped) process.kill(process.pid, 'SIGTERM');
      else process.exit(128 + constants.signals.SIGPIPE);
      return;
    }
    say(`trunkline: standard output cannot be written: ${message}`);
    // An installation is worth more than what it says.
    if (!runsUntilStopped) process.exit(1);
  });
  process.stderr.on('error', () => {});
};

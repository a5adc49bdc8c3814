import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

/** Runs a command of Docker's client; gives what it printed. Throws with that where it fails. */
export const docker = async (...args: readonly string[]): Promise<string> => {
  const child = spawn('docker', args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const [output, errors, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  if (code !== 0) throw new Error(`docker ${args.join(' ')} ended with ${String(code)}:\n${output}${errors}`);
  return output.trim();
};

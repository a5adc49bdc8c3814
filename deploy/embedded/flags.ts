import { parseArgs } from 'node:util';

/** What every engine is told on its command line. */
export type Flags = {
  readonly data: string;
  readonly host: string;
  readonly port: number;
  readonly withParent: boolean;
};

export const flagsHelp = `  --data DIR      where everything is kept; one process at a time
  --port N        TCP port; 0 takes a free one
  --host ADDRESS  what to listen on (default 127.0.0.1)
  --with-parent   stop when standard input ends, so as not to outlive a supervisor
  --help          show this`;

/** A mistake in the flags or the environment, told in one line. */
export class UsageError extends Error {}

/** Reads the command line (without node and script). Throws `UsageError`. */
export function parseFlags(args: readonly string[]): Flags | 'help' {
  const { data, port, host, help, 'with-parent': withParent } = parsed(args);
  if (help) return 'help';
  if (data === undefined || data === '') throw new UsageError('--data DIR is required');
  if (port === undefined) throw new UsageError('--port N is required');
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535)
    throw new UsageError(`--port must be 0 to 65535, not ${JSON.stringify(port)}`);
  return { data, host, port: Number(port), withParent };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        data: { type: 'string' },
        port: { type: 'string' },
        host: { type: 'string', default: '127.0.0.1' },
        'with-parent': { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** What `read` gives; where help was asked for (exit code 0) or the usage is wrong (2) the process says so and ends. */
export function readOrExit<Settings>(help: string, read: () => Settings | 'help'): Settings {
  try {
    const settings = read();
    if (settings !== 'help') return settings;
    process.stdout.write(help);
    process.exit(0);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\n\n${help}`);
    process.exit(2);
  }
}

import { parseArgs } from 'node:util';

export const HELP = `Usage: node deploy/embedded/kafka/main.ts --data DIR --port N [--host 127.0.0.1] [--with-parent]

  --data DIR      folder for topics, offsets and groups; made if it is missing
  --port N        TCP port; 0 takes a free one
  --host HOST     address to listen on (default 127.0.0.1); there is no authentication
  --with-parent   stop when standard input ends
  --help          show this

Prints "ready HOST:PORT" when it serves; logs go to standard error. SIGTERM and SIGINT stop it.
`;

export type Flags = { data: string; host: string; port: number; withParent: boolean };

export type ParsedFlags = { kind: 'run'; flags: Flags } | { kind: 'help' } | { kind: 'wrong'; reason: string };

/** Reads the command line (without node and script). */
export function parseFlags(args: readonly string[]): ParsedFlags {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        data: { type: 'string' },
        port: { type: 'string' },
        host: { type: 'string', default: '127.0.0.1' },
        'with-parent': { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) return { kind: 'help' };
    if (values.data === undefined || values.data === '') return wrong('--data DIR is missing');
    if (values.port === undefined) return wrong('--port N is missing');
    const port = Number(values.port);
    if (!/^\d{1,5}$/.test(values.port) || port > 65_535)
      return wrong(`--port must be 0 to 65535, not "${values.port}"`);
    return { kind: 'run', flags: { data: values.data, host: values.host, port, withParent: values['with-parent'] } };
  } catch (error) {
    return wrong(error instanceof Error ? error.message : String(error));
  }
}

function wrong(reason: string): ParsedFlags {
  return { kind: 'wrong', reason };
}

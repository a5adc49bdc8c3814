import { type DestinationStream, destination, type Logger as PinoLogger, pino, stdTimeFunctions } from 'pino';

export type Logger = PinoLogger;
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';

const secretFields = [
  'authorization',
  '["x-api-key"]',
  'cookie',
  'password',
  'secret',
  'client_secret',
  'secretAccessKey',
  'sessionToken',
  'access_token',
  'token',
  'api_key',
  'apiKey',
];

/** Where a secret can stand in what is logged: on the top, or within one, two or three objects. */
const redacted = secretFields.flatMap((field) =>
  ['', '*', '*.*', '*.*.*'].map((prefix) =>
    prefix === '' || field.startsWith('[') ? `${prefix}${field}` : `${prefix}.${field}`,
  ),
);

/** JSON lines on standard error, each with the name of the process; fields that hold secrets are replaced. */
export function createLogger(
  name: string,
  level: LogLevel = 'info',
  stream: DestinationStream = destination({ fd: 2, sync: true }),
): Logger {
  return pino(
    { name, level, timestamp: stdTimeFunctions.isoTime, redact: { paths: redacted, censor: '[redacted]' } },
    stream,
  );
}

import { readFileSync } from 'node:fs';
import { CommandError } from '../cli/command-error.ts';

/**
 * A JSON file that one of our commands has written, with these fields among others; null where there is none. One that
 * is damaged or cannot be read is a `CommandError` with its name and the way out.
 */
export const readOwnJson = <Value>(
  path: string,
  fields: readonly (keyof Value & string)[],
  wayOut: string,
): Value | null => {
  const refused = (reason: string): CommandError => new CommandError(`${path} cannot be used: ${reason}; ${wayOut}`);
  const text = textOf(path, refused);
  if (text === null) return null;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw refused((error as Error).message);
  }
  if (typeof value !== 'object' || value === null) throw refused('it is no JSON object');
  const missing = fields.filter((field) => !Object.hasOwn(value, field));
  if (missing.length > 0) throw refused(`it lacks ${missing.join(', ')}`);
  return value as Value;
};

const textOf = (path: string, refused: (reason: string) => CommandError): string | null => {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return null;
    throw refused(message);
  }
};

import type { Rejection } from '../schemas/rejections.ts';
import { arrayElements, isArray, MalformedArray } from './json-elements.ts';
import type { TextForm } from './text-form.ts';

/** A record as it came, or why it cannot even be read; `raw` is what quarantine keeps of it. */
export type SentRecord = { raw: () => Buffer } & ({ value: unknown } | { rejection: Rejection });

export const maxRecordBytes = 1024 * 1024;

const newline = 0x0a;

/** The records of newline-delimited JSON: a line that is none costs itself only. */
export function* linesOfJson(body: Buffer): Generator<SentRecord> {
  let start = 0;
  while (start < body.length) {
    const at = body.indexOf(newline, start);
    const end = at === -1 ? body.length : at;
    const line = body.subarray(start, end);
    start = end + 1;
    if (!isBlank(line)) yield lineRecord(line);
  }
}

const isBlank = (line: Buffer): boolean => line.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d);

const lineRecord = (line: Buffer): SentRecord => {
  const raw = (): Buffer => line;
  if (line.length > maxRecordBytes) return { raw, rejection: tooLarge };
  const value = parsed(line);
  return value === undefined ? { raw, rejection: notJson } : { raw, value };
};

const notJson: Rejection = {
  code: 'MALFORMED_JSON',
  field: '',
  message: 'the line is not JSON: write one record a line',
};

export const tooLarge: Rejection = {
  code: 'EVENT_TOO_LARGE',
  field: '',
  message: 'the record is larger than 1 MiB: leave out what no event needs',
};

/** The JSON value in these bytes, undefined where they are none. */
const parsed = (bytes: Buffer): unknown => {
  try {
    return JSON.parse(bytes.toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
};

/** The values of a JSON array, or one value; throws `MalformedArray` where the body is neither. */
export function* valuesOfJson(body: Buffer): Generator<SentRecord> {
  for (const bytes of isArray(body) ? arrayElements(body) : [body]) {
    const raw = (): Buffer => bytes;
    const value = parsed(bytes);
    if (value === undefined) throw new MalformedArray('an element is not JSON');
    yield bytes.length > maxRecordBytes ? { raw, rejection: tooLarge } : { raw, value };
  }
}

/** The records of a text; each is kept with what must stand before it to be understood. */
export const recordsOfText = (form: TextForm, body: Buffer): SentRecord[] => {
  const head = Buffer.from(form.head?.(body) ?? '', 'latin1');
  return form.split(body).map(({ start, end, ...record }) => {
    const raw = (): Buffer => Buffer.concat([head, body.subarray(start, end)]);
    return 'value' in record && end - start > maxRecordBytes ? { raw, rejection: tooLarge } : { raw, ...record };
  });
};

/** The records in the bytes that were kept of one, or that correct it: JSON, or the dialect's text. */
export const recordsOfKept = (text: TextForm | null, kept: Buffer): Iterable<SentRecord> => {
  const isJson = /^\s*[[{]/.test(kept.toString('latin1', 0, 100));
  return text === null || isJson ? valuesOfJson(kept) : recordsOfText(text, kept);
};

import { table } from '../../runtime/text-table.ts';
import type { Kind, RecordDetail, RecordSummary } from './quarantine-client.ts';

// What the commands print; lines fit into 80 columns, but for a record's own.

const width = 80;

/** `11-26 00:20` of an instant in ISO-8601: nobody keeps refused records for a year. */
const short = (iso: string): string => iso.slice(5, 16).replace('T', ' ');

const cut = (text: string, length: number): string => (text.length > length ? `${text.slice(0, length - 1)}…` : text);

export const listLines = (records: readonly RecordSummary[], total: number): string => {
  if (total === 0) return 'nothing is refused here';
  const rows = records.map(({ id, received_at, status, code }) => [id, short(received_at), status, cut(code, 20)]);
  const shown = table(['RECORD', 'CAME (UTC)', 'STATUS', 'CODE'], rows);
  const more = total > records.length ? `\n${records.length} of ${total === 10_000 ? '10,000 or more' : total}` : '';
  return `${shown}${more}`;
};

export const recordLines = (record: RecordDetail): string => {
  const facts: readonly (readonly [string, string | null])[] = [
    ['record', record.id],
    ['came', record.received_at],
    ['status', record.status],
    ['code', record.code],
    ['field', record.field],
    ['message', record.message],
    ['from', `${record.source} (${record.stage})`],
    ['switch', record.switch_id],
    ['number', record.native_seq === null ? null : `${record.native_seq} of boot ${record.boot_id ?? '-'}`],
    ['redrive', redriveOf(record)],
  ];
  const lines = facts.flatMap(([name, value]) => (value === null ? [] : [named(name, value)]));
  const attempts = record.attempt_list.map((attempt) =>
    wrapped(
      `${short(attempt.asked_at)} ${attempt.status} by ${attempt.actor}${attempt.correction === null ? '' : ', corrected'}: ${attempt.message ?? eventsOf(attempt)}`,
      '  ',
    ),
  );
  return [...lines, ...(attempts.length > 0 ? ['', 'what was done', ...attempts] : []), '', bytesOf(record)].join('\n');
};

const eventsOf = ({ events }: RecordDetail['attempt_list'][number]): string =>
  events === null ? 'under way' : `${events} ${events === 1 ? 'event' : 'events'}`;

const redriveOf = ({ status, redrive: { as_it_is, corrected_in, why } }: RecordDetail): string | null => {
  if (status === 'redriven') return null;
  if (as_it_is) return `as it is${corrected_in === null ? '' : `, or corrected as ${corrected_in}`}`;
  return `${corrected_in === null ? 'not possible' : `only corrected, as ${corrected_in}`}: ${why ?? ''}`;
};

/** JSON over several lines, any other text as it is. */
export const readable = (text: string): string => {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
};

/** The record as text, or its bytes in hexadecimal as `hexdump -C` shows them. */
const bytesOf = ({ record, raw_base64, raw_bytes }: RecordDetail): string => {
  if (record !== null) return readable(record);
  const raw = Buffer.from(raw_base64, 'base64');
  const lines = [`${raw_bytes} bytes`];
  for (let at = 0; at < Math.min(raw.length, mostHexBytes); at += 16) {
    const part = raw.subarray(at, at + 16);
    const hex = (part.toString('hex').match(/../g) ?? []).join(' ');
    lines.push(
      `${at.toString(16).padStart(8, '0')}  ${hex.padEnd(48)} |${part.toString('latin1').replace(/[^ -~]/g, '.')}|`,
    );
  }
  return [...lines, ...(raw.length > mostHexBytes ? ['…'] : [])].join('\n');
};
const mostHexBytes = 4096;

const named = (name: string, value: string): string => {
  const [first = '', ...more] = wrapped(value, ' '.repeat(9)).trimStart().split('\n');
  return [`${name.padEnd(9)}${first}`, ...more].join('\n');
};

/** Breaks a text at blanks so that it fits behind the indentation. */
export const wrapped = (text: string, indent: string): string => {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && indent.length + line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].map((one) => `${indent}${one}`).join('\n');
};

export const kindLines = (kinds: readonly Kind[]): string => {
  const rows = kinds.map(({ stage, code, records, redrivable }) => [
    String(records),
    stage,
    code,
    redrivable ? 'redriven' : 'skipped',
  ]);
  const reasons = [...new Set(kinds.flatMap(({ code, why }) => (why === null ? [] : [`${code}: ${why}`])))];
  return [
    table(['RECORDS', 'STAGE', 'CODE', 'WOULD BE'], rows),
    ...reasons.map((reason) => wrapped(reason, '  ')),
  ].join('\n');
};

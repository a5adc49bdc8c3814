import { dialects } from '../../../ingest/dialects.ts';
import { isoFromMicros } from '../../../schemas/event-json.ts';
import { at } from '../event-table.ts';
import { linesOf, type NativeRecord } from './native-records.ts';

/**
 * Rows of Asterisk's CEL from a pasted table: names of columns, then rows, cells between bars. `eventtime` is in
 * seconds of the test. Ids are `epoch.counter` with seconds of the test for the epoch: `0.1` is the first channel of
 * second 0. Cells of `extra` are JSON or `name=value …`, its `…_uniqueid` ids of the same form.
 */
export const cel = (table: string): NativeRecord[] => {
  const [names = [], ...rows] = linesOf(table).map((line) => line.split('|').map((cell) => cell.trim()));
  return rows.map((cells) => {
    if (cells.length > names.length) throw new Error(`more cells than columns: ${cells.join(' | ')}`);
    const row = Object.fromEntries(names.map((name, column) => [name, celCell(name, cells[column] ?? '')]));
    return { dialect: dialects.asteriskCel, value: row };
  });
};

/** The leg that Asterisk's channel of that id is. */
export const channel = (id: string): string => `pbx1/${uniqueId(id)}`;

const celCell = (name: string, cell: string): string => {
  if (name === 'eventtime')
    return isoFromMicros(at(Number(cell)))
      .replace('T', ' ')
      .replace('Z', '');
  if (name === 'uniqueid' || name === 'linkedid') return uniqueId(cell);
  return name === 'extra' ? extra(cell) : cell;
};

/** The id that Asterisk gives the channel that is written so in a table. */
export const uniqueId = (id: string): string => {
  const [second = '', counter = ''] = id.split('.');
  return `${at(Number(second)) / 1e6}.${counter}`;
};

const extra = (cell: string): string => {
  if (cell === '' || cell.startsWith('{')) return cell;
  const fields = cell.split(' ').map((field) => {
    const [name = '', value = ''] = field.split('=');
    if (name.endsWith('_uniqueid')) return [name, uniqueId(value)];
    return [name, name === 'hangupcause' ? Number(value) : value];
  });
  return JSON.stringify(Object.fromEntries(fields));
};

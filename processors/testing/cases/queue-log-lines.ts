import { queueLogText } from '../../../ingest/asterisk/queue-log-line.ts';
import { dialects } from '../../../ingest/dialects.ts';
import { at } from '../event-table.ts';
import { uniqueId } from './cel-rows.ts';
import { linesOf, type NativeRecord } from './native-records.ts';

/** Lines of queue_log whose first field is seconds of the test; channels are written `second.counter`. */
export const queueLog = (table: string): NativeRecord[] =>
  linesOf(table).map((line) => {
    const [second = '', callid = '', ...rest] = line.split('|');
    const told = [String(at(Number(second)) / 1e6), callid === 'NONE' ? callid : uniqueId(callid), ...rest];
    const [record] = queueLogText.split(Buffer.from(told.map(withChannel).join('|')));
    if (record === undefined || 'rejection' in record) throw new Error(line);
    return { dialect: dialects.asteriskQueueLog, value: record.value };
  });

const withChannel = (field: string): string => field.replace(/^@(.*)$/, (_, id: string) => uniqueId(id));

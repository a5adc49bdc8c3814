import { dialects } from '../../../ingest/dialects.ts';
import { at } from '../event-table.ts';
import type { NativeRecord } from './native-records.ts';

const time = (second: number): string => (at(second) / 1e6).toFixed(3);

/** A row of Kamailio's acc at a second of the test, of a call from 1001 to 1002 where nothing else is said. */
export const acc = (method: string, second: number, more: Readonly<Record<string, string>> = {}): NativeRecord => ({
  dialect: dialects.kamailio,
  value: { method, callid: 'c1@phone', time_hires: time(second), src_user: '1001', dst_ouser: '1002', ...more },
});

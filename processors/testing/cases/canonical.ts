import { dialects } from '../../../ingest/dialects.ts';
import { eventToJson } from '../../../schemas/event-json.ts';
import { eventTable, type TableOptions } from '../event-table.ts';
import type { NativeRecord } from './native-records.ts';

/** Events that a client sends in the canonical form, from the lines of an event table: what no switch tells natively. */
export const canonical = (table: string, options: TableOptions = {}): NativeRecord[] =>
  eventTable(table, options).map((event) => ({ dialect: ofOwnSwitch, value: eventToJson(event) }));

/** The events name their switch themselves. */
const ofOwnSwitch: NativeRecord['dialect'] = {
  ...dialects.canonical,
  normalise: (value, source) => dialects.canonical.normalise(value, { ...source, askedSwitchId: null }),
};

/** What Trunkline itself says of calls and nobody may send: conclusions, and what became of recordings. */
export const trunkline = (table: string, options: TableOptions = {}): NativeRecord[] =>
  eventTable(table, options).map((event) => ({
    dialect: {
      name: 'trunkline',
      normalise: (_, { observedAtUs }) => ({ events: [{ ...event, observed_at: observedAtUs }] }),
    },
    value: event,
  }));

/** The records as received at a second of the test, and not when all others were. */
export const receivedAt = (second: number, records: readonly NativeRecord[]): NativeRecord[] =>
  records.map((record) => ({ ...record, receivedAt: second }));

import assert from 'node:assert/strict';
import { encodeEvent } from '../../../schemas/event-codec.ts';
import type { Event } from '../../../schemas/events.ts';
import { createCallsLoop } from '../../calls/calls-loop.ts';
import { createTables, type Tables, tableStores } from '../in-memory-tables.ts';
import { keepAll } from '../topology.ts';

/** The tables that the calls processor makes of batches of events. Fails where it can make nothing of one. */
export const tablesOfEvents = async (batches: readonly (readonly Event[])[]): Promise<Tables> => {
  const tables = await tablesOfRecords(batches.map((events) => events.map(encodeEvent)));
  assert.deepEqual(tables.deadLetters.final(), []);
  return tables;
};

/** The tables that it makes of batches of records of the log, whatever is in them. */
export const tablesOfRecords = async (batches: readonly (readonly Buffer[])[]): Promise<Tables> => {
  const tables = createTables();
  const stores = tableStores(tables, async (effect) => effect());
  const loop = createCallsLoop({ stores, limits: keepAll, nowMs: () => 0 });
  let offset = 0;
  for (const values of batches) {
    const messages = values.map((value) => ({
      offset: String(offset++),
      key: null,
      value,
      timestampMs: 0,
      headers: {},
    }));
    await loop.handle({ topic: 'call-events', partition: 0, messages, highWatermark: String(offset) });
  }
  return tables;
};

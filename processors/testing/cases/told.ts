import assert from 'node:assert/strict';
import type { CallRow } from '../../../schemas/call-row.ts';
import { type Said, saidOf } from '../given.ts';
import { holdsHowever } from './holds-however.ts';
import { eventsOf, type NativeRecord } from './native-records.ts';
import { tablesOfEvents } from './tables-of-events.ts';

export type Told = {
  /** Fails unless the records make one call, and its row says this, in whatever order and pieces they come. */
  readonly gives: (expected: Said<CallRow>) => Promise<void>;
  /** The same of several calls, in the order in which they began. */
  readonly givesEach: (expected: readonly Said<CallRow>[]) => Promise<void>;
};

/** What a switch tells of some calls in its own words, taken through its normaliser and the whole calls processor. */
export const told = (...records: readonly (readonly NativeRecord[])[]): Told => {
  const all = records.flat();
  const givesEach = async (expected: readonly Said<CallRow>[]): Promise<void> => {
    const rows = await callsOf(all);
    assert.deepEqual(saidOf(rows, expected), expected);
    await holdsHowever(all);
  };
  return { gives: async (expected) => givesEach([expected]), givesEach };
};

/** The rows of calls that native records make, without those that were merged into others, by their beginning. */
export const callsOf = async (records: readonly NativeRecord[]): Promise<CallRow[]> => {
  const { calls } = await tablesOfEvents([eventsOf(records)]);
  return calls
    .final()
    .filter(({ state }) => state !== 'merged')
    .sort((a, b) => a.call_started_at - b.call_started_at);
};

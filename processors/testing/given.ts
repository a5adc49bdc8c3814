import assert from 'node:assert/strict';
import type { CallRow } from '../../schemas/call-row.ts';
import type { Event } from '../../schemas/events.ts';
import { assembleCall } from '../calls/assembly/assemble-call.ts';
import { identityOf } from '../calls/assembly/identity.ts';
import { at, eventTable, type TableOptions } from './event-table.ts';

/** What a test says about a row: the columns it names, and of nested rows the fields it names. */
export type Said<Value> = Value extends readonly (infer Item)[]
  ? readonly Said<Item>[]
  : Value extends object
    ? { readonly [Key in keyof Value]?: Said<Value[Key]> }
    : Value;

export type Given = {
  readonly events: readonly Event[];
  readonly row: () => CallRow;
  /** Fails unless the row of these events says this. */
  readonly gives: (expected: Said<CallRow>) => void;
};

/** The row of one call's events, given as a table; the call begins at 0 unless `options.anchor` says otherwise. */
export const given = (table: string, options: TableOptions = {}): Given => {
  const events = eventTable(table, options);
  const row = (): CallRow => rowOf(events, at(options.anchor ?? 0));
  return {
    events,
    row,
    gives: (expected) => {
      assert.deepEqual(saidOf(row(), expected), expected);
    },
  };
};

/** The row of a list of events of one call. */
export const rowOf = (events: readonly Event[], anchorUs: number): CallRow => {
  const [first] = events;
  if (first === undefined) throw new Error('a call has at least one event');
  return assembleCall(identityOf(first, anchorUs), events);
};

/** The part of a value that an expectation speaks of. */
export const saidOf = (value: unknown, expected: unknown): unknown => {
  if (Array.isArray(value) && Array.isArray(expected)) return value.map((item, index) => saidOf(item, expected[index]));
  if (!isObject(value) || !isObject(expected)) return value;
  return Object.fromEntries(Object.keys(expected).map((key) => [key, saidOf(value[key], expected[key])]));
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

import { assembleTouched } from '../../processors/calls/assemble-touched.ts';
import { type CallIdentity, identityOf } from '../../processors/calls/assembly/identity.ts';
import { refOf } from '../../processors/calls/call-ref.ts';
import { findGroups } from '../../processors/calls/linked-calls.ts';
import { addEvent, newOpenCall, type OpenCall, OpenCalls } from '../../processors/calls/open-calls.ts';
import type { CallRow } from '../../schemas/call-row.ts';
import { contentHash, encodeEvent } from '../../schemas/event-codec.ts';
import type { Event } from '../../schemas/events.ts';
import { callId as idOf, callStartedAtOf } from '../../schemas/ids.ts';
import { CommandError } from '../cli/command-error.ts';

/** The row of the one call that these events are of, calls that were merged into it included. */
export const assembleEvents = async (events: readonly Event[], callId: string | undefined): Promise<CallRow> => {
  const calls = new Map<string, OpenCall>();
  for (const [ref, own] of Map.groupBy(events, refOf)) {
    const call = newOpenCall(identityOfCall(own, callId));
    for (const event of own) addEvent(call, event, contentHash(encodeEvent(event)));
    calls.set(ref, call);
  }
  const { calls: rows, failures } = assembleTouched(calls, await findGroups(calls, nothingElse, noMemory));
  for (const { message } of failures) throw new CommandError(message);
  return theOne(
    rows.filter(({ state }) => state !== 'merged'),
    callId,
  );
};

/** All there is is in the file. */
const nothingElse = { anchors: { find: async () => [] }, calls: { readEvents: async () => [] } };
const noMemory = new OpenCalls({ maxEvents: 0, maxCalls: 0, endedForMs: 0 });

/** The anchor is in the id, else in an event; of a call whose events do not tell it the first decided. */
const identityOfCall = (events: readonly Event[], callId: string | undefined): CallIdentity => {
  const [first] = events as readonly [Event];
  const meant = callId === undefined ? null : callStartedAtOf(callId);
  if (meant !== null && idOf(first.tenant_id, first.call_key, meant) === callId) return identityOf(first, meant);
  const told = events.find(({ call_started_at }) => call_started_at !== null)?.call_started_at;
  return identityOf(first, told ?? Math.min(...events.map(({ occurred_at }) => occurred_at)));
};

const theOne = (rows: readonly CallRow[], callId: string | undefined): CallRow => {
  const found = callId === undefined ? rows : rows.filter(({ call_id }) => call_id === callId);
  const [row] = found;
  if (row !== undefined && found.length === 1) return row;
  const ids = rows.map(({ call_id }) => call_id).join(', ');
  throw new CommandError(
    callId === undefined
      ? `these are events of ${rows.length} calls (${ids}): say which with --id`
      : `these are not the events of ${callId}, but of ${ids}`,
  );
};

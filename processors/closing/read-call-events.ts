import type { Event } from '../../schemas/events.ts';
import { identityOf } from '../calls/assembly/identity.ts';
import { refOf } from '../calls/call-ref.ts';
import { findGroups } from '../calls/linked-calls.ts';
import { addEvent, newOpenCall, type OpenCall, OpenCalls } from '../calls/open-calls.ts';
import type { CycleStores } from '../calls/ports.ts';
import { decodeStored } from '../calls/stored-events.ts';
import type { CallSummary } from './ports.ts';

/** All events of each call, those of calls that were joined with it included, by call id. */
export const readCallEvents = async (
  summaries: readonly CallSummary[],
  stores: Pick<CycleStores, 'calls' | 'anchors'>,
): Promise<ReadonlyMap<string, readonly Event[]>> => {
  const identities = summaries.map((call) => identityOf(call, call.call_started_at));
  const open = new Map(identities.map((identity) => [refOf(identity), newOpenCall(identity)]));
  const byId = new Map([...open.values()].map((call) => [call.identity.call_id, call]));
  for (const { call_id, content_hash, event } of await stores.calls.readEvents(identities)) {
    addEvent(byId.get(call_id) as OpenCall, decodeStored(event), content_hash);
  }
  const groups = await findGroups(open, stores, new OpenCalls({ maxEvents: 0, maxCalls: 1, endedForMs: 0 }));
  const joined = new Map(groups.flatMap((group) => group.map(({ identity }) => [identity.call_id, group])));
  return new Map(
    [...byId].map(([callId, { events }]) => [
      callId,
      joined.get(callId)?.flatMap((member) => [...member.events]) ?? [...events.values()],
    ]),
  );
};

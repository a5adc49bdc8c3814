import { decodeEvent } from '../../schemas/event-codec.ts';
import type { EventJson } from '../../schemas/event-json.ts';
import { eventToJson } from '../../schemas/event-json.ts';
import type { Event } from '../../schemas/events.ts';
import { callId } from '../../schemas/ids.ts';
import type { Key } from '../listing/keyset.ts';
import type { Tables } from '../listing/tables.ts';
import { anchorsQuery, callEventsQuery, type EventsAsked } from './call-query.ts';

/** Events in the order of their times; `next` is the place of the last where more follow. */
export type CallEventPage = { readonly events: readonly Event[]; readonly next: Key | null };

const mostJoinedCalls = 50;
/** A call whose parts are linked more often than this is a fault of a switch. */
const mostLinks = 1000;

type Call = Key & {
  readonly callKey: string;
  /** Whether others were merged into it, as its row says: of all the rest there is nothing to look for. */
  readonly isMerged: boolean;
};

/**
 * The events that a call's record was made from: its own and those of the calls that were merged into it, which
 * its `call.linked` events name.
 */
export const readCallEvents = async (
  tables: Tables,
  tenantId: string,
  call: Call,
  asked: EventsAsked,
  signal: AbortSignal,
): Promise<CallEventPage> =>
  readEventsOf(tables, tenantId, await withJoined(tables, tenantId, call, signal), asked, signal);

/** The call and those that were merged into it, directly or not. */
const withJoined = async (tables: Tables, tenantId: string, call: Call, signal: AbortSignal): Promise<Key[]> => {
  if (!call.isMerged) return [call];
  const known = new Map<string, Key>([[call.callKey, call]]);
  for (let added: Key[] = [call]; added.length > 0; ) {
    const links = { limit: mostLinks, types: ['call.linked'] as const };
    const { events } = await readEventsOf(tables, tenantId, added, links, signal);
    const joined = joinedKeys(events, known).slice(0, mostJoinedCalls - known.size);
    if (joined.length === 0) break;
    const anchors = await tables.read<{ call_key: string; at: number }>(anchorsQuery(tenantId, joined), signal);
    added = anchors.map(({ call_key, at }) => ({ at, id: callId(tenantId, call_key, at) }));
    anchors.forEach(({ call_key }, index) => known.set(call_key, added[index] as Key));
  }
  return [...known.values()];
};

const joinedKeys = (events: readonly Event[], known: ReadonlyMap<string, Key>): string[] => {
  const keys = events.flatMap((event) =>
    event.type === 'call.linked' ? [event.payload.from_call_key, event.payload.into_call_key] : [],
  );
  return [...new Set(keys)].filter((key) => !known.has(key));
};

/** The events of these calls alone. */
export const readEventsOf = async (
  tables: Tables,
  tenantId: string,
  calls: readonly Key[],
  asked: EventsAsked,
  signal: AbortSignal,
): Promise<CallEventPage> => {
  const { limit } = asked;
  const query = callEventsQuery(tenantId, calls, { ...asked, limit: limit + 1 });
  const rows = await tables.read<{ at: number; place: string; event: string }>(query, signal);
  const last = rows[limit - 1];
  const events = rows.slice(0, limit).map(({ event }) => decodeStored(event));
  return { events, next: rows.length > limit && last !== undefined ? { at: last.at, id: last.place } : null };
};

const decodeStored = (event: string): Event => {
  const decoded = decodeEvent(Buffer.from(event, 'base64'));
  // The calls processor stored only what it could decode.
  if ('rejection' in decoded) throw new Error(`a stored event cannot be read: ${decoded.rejection}`);
  return decoded.event;
};

export type EventBody = EventJson & Readonly<Record<string, unknown>>;

/** Events as the API shows them; texts that tell a withheld number or name have it taken out. */
export const eventBodies = (events: readonly Event[], withheld: readonly string[]): EventBody[] => {
  const secrets = withheld.filter((text) => text.length > 2);
  return events.map((event) => without(eventToJson(event), secrets) as EventBody);
};

const without = (value: unknown, secrets: readonly string[]): unknown => {
  if (secrets.length === 0) return value;
  if (typeof value === 'string') return secrets.reduce((text, secret) => text.replaceAll(secret, 'withheld'), value);
  if (Array.isArray(value)) return value.map((item) => without(item, secrets));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, without(field, secrets)]));
};

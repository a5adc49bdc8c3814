import { decodeEvent } from '../../schemas/event-codec.ts';
import { eventToJson } from '../../schemas/event-json.ts';
import type { Event } from '../../schemas/events.ts';
import { callId } from '../../schemas/ids.ts';
import type { Key } from '../listing/keyset.ts';
import type { Tables } from '../listing/tables.ts';
import { anchorsQuery, callEventsQuery } from './call-query.ts';

export type CallEventList = { readonly events: readonly Event[]; readonly truncated: boolean };

const mostEvents = 5000;
const mostJoinedCalls = 50;

/**
 * The events that a call's record was made from: its own and those of the calls that were merged into it, which
 * its `call.linked` events name.
 */
export const readCallEvents = async (
  tables: Tables,
  tenantId: string,
  call: Key & { readonly callKey: string },
  signal: AbortSignal,
): Promise<CallEventList> => {
  const known = new Map<string, Key>([[call.callKey, call]]);
  for (;;) {
    const list = await readEvents(tables, tenantId, [...known.values()], signal);
    const joined = joinedKeys(list.events, known).slice(0, mostJoinedCalls - known.size);
    if (joined.length === 0) return list;
    const anchors = await tables.read<{ call_key: string; at: number }>(anchorsQuery(tenantId, joined), signal);
    if (anchors.length === 0) return list;
    for (const { call_key, at } of anchors) known.set(call_key, { at, id: callId(tenantId, call_key, at) });
  }
};

const readEvents = async (
  tables: Tables,
  tenantId: string,
  calls: readonly Key[],
  signal: AbortSignal,
): Promise<CallEventList> => {
  const rows = await tables.read<{ event: string }>(callEventsQuery(tenantId, calls, mostEvents + 1), signal);
  const events = rows.slice(0, mostEvents).map(({ event }) => {
    const decoded = decodeEvent(Buffer.from(event, 'base64'));
    // The calls processor stored only what it could decode.
    if ('rejection' in decoded) throw new Error(`a stored event cannot be read: ${decoded.rejection}`);
    return decoded.event;
  });
  return { events, truncated: rows.length > mostEvents };
};

const joinedKeys = (events: readonly Event[], known: ReadonlyMap<string, Key>): string[] => {
  const keys = events.flatMap((event) =>
    event.type === 'call.linked' && known.has(event.payload.into_call_key) ? [event.payload.from_call_key] : [],
  );
  return [...new Set(keys)].filter((key) => !known.has(key));
};

export type EventBody = Readonly<Record<string, unknown>>;

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

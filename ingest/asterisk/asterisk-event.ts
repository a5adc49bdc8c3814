import type { Event, EventOf, EventType, Payloads } from '../../schemas/events.ts';
import { eventId } from '../../schemas/ids.ts';
import type { Precision } from '../../schemas/vocabulary.ts';
import type { Source } from '../dialect.ts';
import { idInstant } from './asterisk-ids.ts';

/** The native record that an event is read from. */
export type Origin = {
  source: Source;
  switchId: string;
  /** Name of the native event, and its number where it has one. */
  eventName: string;
  seq: number | null;
  occurredAtUs: number;
  precision: Precision;
  /** All of the record that tells it from others. */
  identity: string;
  /** The native fields that its meaning was read from. */
  extra: Readonly<Record<string, string>>;
};

/** A channel by its ids. */
export type ChannelIds = { uniqueId: string; linkedId: string };

/** Asterisk's ids are made of its clock and a counter, so another node may make the same: the switch goes before. */
export const switchScoped = ({ switchId }: Pick<Origin, 'switchId'>, id: string): string => `${switchId}/${id}`;

/** The leg of an id, null where there is none. */
export const legOrNull = (origin: Pick<Origin, 'switchId'>, id: string): string | null =>
  id === '' ? null : switchScoped(origin, id);

/** A canonical event of a channel and its call. */
export const channelEvent = <T extends EventType>(
  origin: Origin,
  { uniqueId, linkedId }: ChannelIds,
  type: T,
  payload: Payloads[T],
  otherLegId: string | null = null,
): Event =>
  asteriskEvent(origin, type, payload, {
    id: uniqueId,
    linkedId,
    call_key: switchScoped(origin, linkedId),
    call_started_at: idInstant(linkedId),
    leg_id: switchScoped(origin, uniqueId),
    other_leg_id: otherLegId,
  });

/** A canonical event of a call as a whole. */
export const callEvent = <T extends EventType>(
  origin: Origin,
  { uniqueId, linkedId }: ChannelIds,
  type: T,
  payload: Payloads[T],
): Event =>
  asteriskEvent(origin, type, payload, {
    id: uniqueId,
    linkedId,
    call_key: switchScoped(origin, linkedId),
    call_started_at: idInstant(linkedId),
    leg_id: null,
    other_leg_id: null,
  });

/** A canonical event of no call: of an agent or of the switch itself, whose native id is told. */
export const otherEvent = <T extends EventType>(origin: Origin, id: string, type: T, payload: Payloads[T]): Event =>
  asteriskEvent(origin, type, payload, {
    id,
    linkedId: '',
    call_key: '',
    call_started_at: null,
    leg_id: null,
    other_leg_id: null,
  });

type Place = Pick<Event, 'call_key' | 'call_started_at' | 'leg_id' | 'other_leg_id'> & { id: string; linkedId: string };

const asteriskEvent = <T extends EventType>(
  origin: Origin,
  type: T,
  payload: Payloads[T],
  { id, linkedId, ...place }: Place,
): Event => {
  const event: EventOf<T> = {
    observed_at: origin.source.observedAtUs,
    clock_offset_ms: null,
    event_id: eventId(origin.switchId, '', linkedId, origin.identity, type),
    tenant_id: origin.source.tenantId,
    switch_id: origin.switchId,
    switch_kind: 'asterisk',
    boot_id: '',
    native: { name: origin.eventName, id, seq: origin.seq },
    ...place,
    occurred_at: origin.occurredAtUs,
    occurred_precision: origin.precision,
    extra: origin.extra,
    type,
    payload,
  };
  return event as Event;
};

/** Two calls that became one: told under both keys, so that either call knows. */
export const callsLinked = (origin: Origin, from: string, into: ChannelIds, reason: string): Event[] => {
  if (from === '' || from === into.linkedId || from === into.uniqueId) return [];
  const link = {
    from_call_key: switchScoped(origin, from),
    into_call_key: switchScoped(origin, into.linkedId),
    into_call_started_at: idInstant(into.linkedId),
    reason,
  };
  return [
    callEvent(origin, into, 'call.linked', link),
    callEvent(origin, { uniqueId: into.uniqueId, linkedId: from }, 'call.linked', link),
  ];
};

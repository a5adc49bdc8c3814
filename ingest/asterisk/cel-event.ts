import type { Event, EventOf, EventType, Payloads } from '../../schemas/events.ts';
import { eventId } from '../../schemas/ids.ts';
import { type CelRow, idInstant } from './cel-row.ts';

/** Asterisk's ids are made of its clock and a counter, so another node may make the same: the switch goes before. */
export const switchScoped = (row: CelRow, id: string): string => `${row.switchId}/${id}`;

export const legIdOf = (row: CelRow): string => switchScoped(row, row.uniqueId);

/** The leg of an id in `extra`, null where there is none. */
export const otherLegOf = (row: CelRow, id: string): string | null => (id === '' ? null : switchScoped(row, id));

type Parts = { legId?: string | null; otherLegId?: string | null; linkedId?: string };

/** The canonical event of a row; of its leg and call unless told otherwise. */
export const celEvent = <T extends EventType>(row: CelRow, type: T, payload: Payloads[T], parts: Parts = {}): Event => {
  const { legId = legIdOf(row), otherLegId = null, linkedId = row.linkedId } = parts;
  const event: EventOf<T> = {
    observed_at: row.source.observedAtUs,
    clock_offset_ms: null,
    event_id: eventId(row.switchId, '', linkedId, row.identity, type),
    tenant_id: row.source.tenantId,
    switch_id: row.switchId,
    switch_kind: 'asterisk',
    boot_id: '',
    native: { name: row.type, id: row.uniqueId, seq: null },
    call_key: switchScoped(row, linkedId),
    call_started_at: idInstant(linkedId),
    leg_id: legId,
    other_leg_id: otherLegId,
    occurred_at: row.occurredAtUs,
    occurred_precision: row.precision,
    extra: {},
    type,
    payload,
  };
  return event as Event;
};

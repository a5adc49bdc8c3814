import { type Event, type EventType, payloadRecords } from '../../schemas/events.ts';
import { eventId } from '../../schemas/ids.ts';
import type { SwitchKind } from '../../schemas/vocabulary.ts';
import { type Cells, payloadOf } from './payload-cells.ts';

/** Instant 0 of every event table. */
export const epochUs = Date.UTC(2026, 0, 5, 10) * 1000;

/** An instant of an event table, in seconds, as µs. */
export const at = (seconds: number): number => epochUs + Math.round(seconds * 1e6);

/** What all events of a table share unless a line says otherwise. */
export type TableOptions = {
  readonly tenant?: string;
  readonly call?: string;
  readonly kind?: SwitchKind;
  /** Seconds; null where the source does not tell the call's anchor. */
  readonly anchor?: number | null;
};

/**
 * Events from lines of `seconds type leg key=value …`, a leg of `-` meaning none. Keys of the envelope: `with` (other
 * leg), `call`, `tenant`, `id`, `seq`, `anchor`, `observed`, `switch`, `boot`, `precision`; every other key is the payload's.
 */
export const eventTable = (table: string, options: TableOptions = {}): Event[] =>
  table
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('at '))
    .map((line, index) => toEvent(line, index, options));

const toEvent = (line: string, index: number, options: TableOptions): Event => {
  const [seconds = '', type = '', leg = '-', ...rest] = line.split(/\s+/);
  if (!Object.hasOwn(payloadRecords, type)) throw new Error(`no event type in line: ${line}`);
  const cells: Cells = new Map(
    rest.map((cell) => [cell.slice(0, cell.indexOf('=')), cell.slice(cell.indexOf('=') + 1)]),
  );
  const callKey = cells.get('call') ?? options.call ?? 'a';
  const occurredAt = at(Number(seconds));
  const anchor = cells.has('anchor') ? Number(cells.get('anchor')) : (options.anchor ?? null);
  return {
    observed_at: cells.has('observed') ? at(Number(cells.get('observed'))) : occurredAt + 1000,
    clock_offset_ms: null,
    event_id: cells.get('id') ?? eventId(callKey, index, line),
    tenant_id: cells.get('tenant') ?? options.tenant ?? 'acme',
    switch_id: cells.get('switch') ?? 'pbx1',
    switch_kind: options.kind ?? 'freeswitch',
    boot_id: cells.get('boot') ?? '',
    native: { name: type, id: leg === '-' ? callKey : leg, seq: cells.has('seq') ? Number(cells.get('seq')) : null },
    call_key: callKey,
    call_started_at: anchor === null ? null : at(anchor),
    leg_id: leg === '-' ? null : leg,
    other_leg_id: cells.get('with') ?? null,
    occurred_at: occurredAt,
    occurred_precision: cells.get('precision') ?? 'us',
    extra: {},
    type: type as EventType,
    payload: payloadOf[type as EventType](cells),
  } as Event;
};

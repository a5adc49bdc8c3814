import { eventId } from '../../schemas/ids.ts';
import type { Event, EventType, Payloads } from '../../schemas/events.ts';
import type { LegFacts } from '../../schemas/payloads.ts';

// Answered calls of two legs and ten events each, for load: what matters here is their number and size, not their variety.

export const eventsPerCall = 10;
const second = 1_000_000;

const facts = (createdAt: number, direction: 'in' | 'out', caller: string, dialled: string): LegFacts => ({
  created_at: createdAt,
  direction,
  endpoint: direction === 'in' ? 'sofia/external/carrier' : `sofia/internal/${dialled}`,
  endpoint_kind: direction === 'in' ? 'trunk' : 'user',
  caller_number: caller,
  caller_name: '',
  caller_presentation: 'allowed',
  dialled,
  context: 'public',
  sip_call_id: '',
});

/** The ten events of the call with this number, in order; `startedAtUs` is its anchor. */
export const syntheticCall = (tenantId: string, number: number, startedAtUs: number): Event[] => {
  const root = `bench-${startedAtUs}-${number}`;
  const callee = `${root}-b`;
  const caller = `+1555${String(number % 10_000_000).padStart(7, '0')}`;
  const dialled = String(1000 + (number % 500));
  let seq = 0;
  const event = <T extends EventType>(
    type: T,
    leg: string,
    other: string | null,
    at: number,
    payload: Payloads[T],
  ): Event =>
    ({
      observed_at: startedAtUs + at,
      clock_offset_ms: null,
      event_id: eventId('bench', root, ++seq),
      tenant_id: tenantId,
      switch_id: 'bench-1',
      switch_kind: 'simulator',
      boot_id: '',
      native: { name: type, id: leg, seq },
      call_key: root,
      call_started_at: startedAtUs,
      leg_id: leg,
      other_leg_id: other,
      occurred_at: startedAtUs + at,
      occurred_precision: 'us',
      extra: {},
      type,
      payload,
    }) as Event;
  const answered = (5 + (number % 20)) * second;
  const ended = answered + (30 + (number % 300)) * second;
  const end = {
    cause_q850: 16,
    sip_code: null,
    cause_native: 'NORMAL_CLEARING',
    ended_by: 'far',
    leg: null,
    totals: null,
  } as const;
  return [
    event('leg.created', root, null, 0, { leg: facts(startedAtUs, 'in', caller, dialled), parent_leg_id: null }),
    event('leg.answered', root, null, second, { leg: null, amd: 'unknown' }),
    event('leg.created', callee, root, 2 * second, {
      leg: facts(startedAtUs + 2 * second, 'out', caller, dialled),
      parent_leg_id: root,
    }),
    event('leg.progress', callee, root, 3 * second, { kind: 'ringing', sip_code: 180 }),
    event('leg.answered', callee, root, answered, { leg: null, amd: 'unknown' }),
    event('leg.bridged', root, callee, answered, { bridge_id: '', bridge_kind: 'talk', leg: null }),
    event('leg.unbridged', root, callee, ended, { bridge_id: '', bridge_kind: 'talk' }),
    event('leg.ended', callee, root, ended, end),
    event('leg.ended', root, callee, ended, end),
    event('call.ended', root, null, ended, { reason: '' }),
  ];
};

/** Events of `calls` calls as a switch sends them: `concurrent` calls at a time, event by event in turn. */
export function* interleavedCalls(
  tenantId: string,
  calls: number,
  concurrent: number,
  startedAtUs: number,
): Generator<Event> {
  for (let first = 0; first < calls; first += concurrent) {
    const open = Array.from({ length: Math.min(concurrent, calls - first) }, (_, at) =>
      syntheticCall(tenantId, first + at, startedAtUs + (first + at) * 1000),
    );
    for (let step = 0; step < eventsPerCall; step++) for (const call of open) yield call[step] as Event;
  }
}

import type { Source } from '../../ingest/dialect.ts';
import type { Event } from '../../schemas/events.ts';
import type { Dialect } from './dialects.ts';

/** Ids of the events that each call must be made of, as far as they are known, by call key. */
export type ExpectedCalls = Map<string, Set<string>>;

/** Of agents, of switches, or not yet of a call. */
const ofNoCall = /^(agent|switch|adapter)\.|^recording\.uploaded$/;

/** Notes what ingest makes of records that it accepts, by the same rules. */
export const expectCalls = (
  expected: ExpectedCalls,
  dialect: Dialect,
  records: readonly unknown[],
  switchName: string | undefined,
): void => {
  const nowUs = Date.now() * 1000;
  for (const record of records) {
    const events = eventsOf(dialect, record, switchName, nowUs);
    // What tells no time is dated by its reception, which is another there than here: of that only the call is known.
    const received = eventsOf(dialect, record, switchName, nowUs + 1);
    for (const [place, { event_id, call_key, type }] of events.entries()) {
      if (ofNoCall.test(type)) continue;
      const ids = expected.get(call_key) ?? new Set();
      expected.set(call_key, event_id === received[place]?.event_id ? ids.add(event_id) : ids);
    }
  }
};

const eventsOf = (
  dialect: Dialect,
  record: unknown,
  switchName: string | undefined,
  observedAtUs: number,
): readonly Event[] => {
  const source: Source = { tenantId: '', observedAtUs, askedSwitchId: switchName ?? null, boundSwitchId: null };
  const normalised = dialect.normalise(record, source);
  return 'rejection' in normalised ? [] : normalised.events;
};

import type { Source } from '../../ingest/dialect.ts';
import type { Dialect } from './dialects.ts';

/** Ids of the events that each call must be made of, by call key. */
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
  const source: Source = {
    tenantId: '',
    observedAtUs: Date.now() * 1000,
    askedSwitchId: switchName ?? null,
    boundSwitchId: null,
  };
  for (const record of records) {
    const normalised = dialect.normalise(record, source);
    if ('rejection' in normalised) continue;
    for (const event of normalised.events) {
      if (ofNoCall.test(event.type)) continue;
      const ids = expected.get(event.call_key) ?? new Set();
      expected.set(event.call_key, ids.add(event.event_id));
    }
  }
};

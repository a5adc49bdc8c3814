import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../../runtime/logger.ts';
import type { IngestClient } from '../feed/ingest-client.ts';
import { callsIn, type Period } from './arrivals.ts';
import { callCentre } from './call-centre.ts';
import { type DemoState, readDemoState, writeDemoState } from './demo-state.ts';
import { sendDues } from './send.ts';
import { createTimeline, type Timeline } from './timeline.ts';

export type TrafficOptions = {
  client: IngestClient;
  /** Where it notes how far it is. */
  stateDir: string;
  seed: string;
  signal: AbortSignal;
  logger: Pick<Logger, 'info'>;
  clock: Clock;
};

export type Clock = {
  nowUs: () => number;
  /** Waits, or ends early when the signal aborts. */
  pause: (ms: number, signal: AbortSignal) => Promise<void>;
};

const dayUs = 86_400_000_000;
/** No simulated call is longer. */
const longestCallUs = 3_600_000_000;
const historySliceUs = 900_000_000;
const historyLanes = 3;
const tickMs = 250;
const noteEveryUs = 2_000_000;

export const wallClock: Clock = {
  nowUs: () => Date.now() * 1000,
  pause: (ms, signal) => delay(ms, undefined, { signal }).catch(() => {}),
};

/** Sends a day of history that ends now, once for a state folder, then live calls in real time until it is stopped. */
export const runTraffic = async (options: TrafficOptions): Promise<void> => {
  const { stateDir, seed, signal, logger, clock } = options;
  const state = readDemoState(stateDir) ?? firstState(seed, clock.nowUs());
  writeDemoState(stateDir, state);
  const timeline = createTimeline();
  const [history] = state.periods;
  if (state.sent_until_us === null && history !== undefined) {
    await sendHistory(options, state, history, timeline);
    if (signal.aborted) return;
    logger.info('the day of history is sent; live calls follow');
    await sendLive(options, { ...state, sent_until_us: history.until_us }, timeline);
  } else {
    resumeCalls(state, timeline);
    await sendLive(options, state, timeline);
  }
};

const firstState = (seed: string, now: number): DemoState => ({
  seed,
  periods: [{ stream: 'history', from_us: now - dayUs, until_us: now }],
  sent_until_us: null,
});

/** The newest part first, as that is looked at first. Leaves in the timeline what happens after the history's end. */
const sendHistory = async (
  { client, signal }: TrafficOptions,
  { seed }: DemoState,
  history: Period,
  timeline: Timeline,
): Promise<void> => {
  const centre = callCentre(seed);
  const sendSlice = async (slice: Period): Promise<void> => {
    const past = createTimeline();
    for (const call of callsIn(centre, slice)) {
      past.add(call, 0);
      timeline.add(call, history.until_us);
    }
    await sendDues(client, past.take(history.until_us));
  };
  const slices = slicesOf(history).toReversed().values();
  const lane = async (): Promise<void> => {
    for (const slice of slices) if (!signal.aborted) await sendSlice(slice);
  };
  await Promise.all(Array.from({ length: historyLanes }, lane));
};

const slicesOf = (period: Period): Period[] => {
  const slices: Period[] = [];
  for (let from_us = period.from_us; from_us < period.until_us; from_us += historySliceUs)
    slices.push({ ...period, from_us, until_us: Math.min(from_us + historySliceUs, period.until_us) });
  return slices;
};

/** Calls that were under way when the demo stopped end as they would have ended. */
const resumeCalls = ({ seed, periods, sent_until_us }: DemoState, timeline: Timeline): void => {
  const sentUntil = sent_until_us ?? 0;
  const centre = callCentre(seed);
  for (const period of periods) {
    const from_us = Math.max(period.from_us, sentUntil - longestCallUs);
    for (const call of callsIn(centre, { ...period, from_us })) timeline.add(call, sentUntil);
  }
};

const sendLive = async (
  { client, stateDir, signal, clock }: TrafficOptions,
  before: DemoState,
  timeline: Timeline,
): Promise<void> => {
  const centre = callCentre(before.seed);
  const startUs = clock.nowUs();
  const earlier = before.periods.filter((period) => period.until_us > startUs - 2 * longestCallUs);
  let until = startUs;
  let notedUs = 0;
  const note = (): void =>
    writeDemoState(stateDir, {
      ...before,
      periods: [...earlier, { stream: 'live', from_us: startUs, until_us: until }],
      sent_until_us: until,
    });
  while (!signal.aborted) {
    const now = clock.nowUs();
    for (const call of callsIn(centre, { stream: 'live', from_us: until, until_us: now })) timeline.add(call, 0);
    await sendDues(client, timeline.take(now));
    until = now;
    if (until - notedUs >= noteEveryUs) {
      note();
      notedUs = until;
    }
    await clock.pause(tickMs, signal);
  }
  note();
};

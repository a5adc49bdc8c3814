import { setTimeout as pause } from 'node:timers/promises';
import { eventToJson } from '../schemas/event-json.ts';
import type { Event } from '../schemas/events.ts';
import { callId } from '../schemas/ids.ts';
import type { Installation } from './support/installation.ts';
import { percentiles } from './support/percentiles.ts';
import { type Measurement, progress } from './support/report.ts';
import { eventsPerCall, syntheticCall } from './support/synthetic-calls.ts';

const eventsPerSecond = 2000;
const tickMs = 50;
const eventsPerTick = (eventsPerSecond * tickMs) / 1000;
const seconds = 60;
/** One call in this many is watched. */
const watchEvery = 100;
const pollMs = 100;
const tenant = 'demo';

/**
 * From the 202 of an event to the API showing it, at a steady 2,000 events/s: each watched call's last event is looked
 * for by polling the call until it was made from all its events. The poll adds up to its own interval and request.
 */
export const measureVisible = async (installation: Installation): Promise<Measurement> => {
  const waits: Promise<number[]>[] = [];
  for await (const tick of ticks()) waits.push(accept(installation, tick));
  const measured = (await Promise.all(waits)).flat();
  progress(`visible: ${measured.length} calls watched`);
  const { p50, p99, max } = percentiles(measured);
  return {
    what: 'event accepted → visible in the API, at 2,000 events/s',
    figure: `p50 ${p50.toFixed(0)} ms, p99 ${p99.toFixed(0)} ms, max ${max.toFixed(0)} ms`,
    bar: 'p99 ≤ 1 s',
    how: `${seconds} s, ${measured.length} calls polled every ${pollMs} ms`,
  };
};

type Tick = { batch: Event[]; finished: Event[] };

/** What is to be sent in each tick: events of 200 open calls in turn; `finished` are the last events of watched calls. */
async function* ticks(): AsyncGenerator<Tick> {
  const anchor = Date.now() * 1000;
  const open: Event[][] = [];
  let calls = 0;
  for (let tick = 0; tick < (seconds * 1000) / tickMs; tick++) {
    const startedAt = performance.now();
    const sent: Tick = { batch: [], finished: [] };
    while (sent.batch.length < eventsPerTick) {
      if (open.length < 200) open.push(syntheticCall(tenant, calls, anchor + calls++ * 1000));
      const call = open.shift() as Event[];
      const event = call.shift() as Event;
      sent.batch.push(event);
      if (call.length > 0) open.push(call);
      else if (calls % watchEvery === 0) sent.finished.push(event);
    }
    yield sent;
    await pause(Math.max(0, tickMs - (performance.now() - startedAt)));
  }
}

const accept = async (installation: Installation, { batch, finished }: Tick): Promise<number[]> => {
  const acceptedAt = await post(installation, batch);
  return Promise.all(finished.map((event) => untilVisible(installation, event, acceptedAt)));
};

const post = async ({ run }: Installation, events: readonly Event[]): Promise<number> => {
  const answer = await fetch(`${run.ingest}/v1/events`, {
    method: 'POST',
    headers: { 'x-api-key': run.api_key, 'content-type': 'application/x-ndjson' },
    body: events.map((event) => JSON.stringify(eventToJson(event))).join('\n'),
  });
  if (answer.status !== 202) throw new Error(`ingest answered ${answer.status}: ${await answer.text()}`);
  await answer.arrayBuffer();
  return performance.now();
};

const untilVisible = async ({ run }: Installation, event: Event, acceptedAt: number): Promise<number> => {
  const url = `${run.api}/v1/calls/${callId(tenant, event.call_key, event.call_started_at as number)}`;
  for (;;) {
    const answer = await fetch(url, { headers: { 'x-api-key': run.api_key } });
    const body = (await answer.json()) as { data?: { version: number | string } };
    if (Number(body.data?.version) % 2 ** 32 >= eventsPerCall) return performance.now() - acceptedAt;
    if (performance.now() - acceptedAt > 60_000) throw new Error(`${event.call_key} is not visible after a minute`);
    await pause(pollMs);
  }
};

import { eventToJson } from '../schemas/event-json.ts';
import { cpuPerEvent } from './support/cpu.ts';
import { caughtUp, type Installation } from './support/installation.ts';
import { type Measurement, perSecond } from './support/report.ts';
import { eventsPerCall, interleavedCalls } from './support/synthetic-calls.ts';

const batchSize = 1000;
const connections = 4;

/** Events accepted over HTTP, acks=all, in NDJSON batches. The bodies are made before the clock starts. */
export const measureIngest = async (installation: Installation, calls: number): Promise<Measurement> => {
  const bodies = ndjsonBodies(calls);
  const before = installation.cpuSeconds();
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: connections }, async () => send(installation, bodies)));
  const elapsedMs = performance.now() - startedAt;
  const cpu = cpuPerEvent(before, installation.cpuSeconds(), calls * eventsPerCall);
  await caughtUp(installation, 'demo', calls);
  return {
    what: 'accepted by ingest over HTTP, acks=all',
    figure: perSecond(calls * eventsPerCall, elapsedMs),
    bar: '20,000/s',
    how: `canonical events, NDJSON of ${batchSize}, ${connections} connections, the processors working behind it; CPU an event: ${cpu}`,
  };
};

const ndjsonBodies = (calls: number): string[] => {
  const bodies: string[] = [];
  let lines: string[] = [];
  for (const event of interleavedCalls('demo', calls, 1000, (Date.now() - 7_200_000) * 1000)) {
    lines.push(JSON.stringify(eventToJson(event)));
    if (lines.length < batchSize) continue;
    bodies.push(lines.join('\n'));
    lines = [];
  }
  if (lines.length > 0) bodies.push(lines.join('\n'));
  return bodies;
};

const send = async ({ run }: Installation, bodies: string[]): Promise<void> => {
  for (let body = bodies.pop(); body !== undefined; body = bodies.pop()) {
    const answer = await fetch(`${run.ingest}/v1/events`, {
      method: 'POST',
      headers: { 'x-api-key': run.api_key, 'content-type': 'application/x-ndjson' },
      body,
    });
    const { data } = (await answer.json()) as { data?: { accepted: number; rejected: unknown[] } };
    if (answer.status !== 202 || data?.rejected.length !== 0) {
      throw new Error(`ingest answered ${answer.status}: ${JSON.stringify(data?.rejected[0])}`);
    }
  }
};

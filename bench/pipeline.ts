import { encodeEvent } from '../schemas/event-codec.ts';
import { callEventKey, topics } from '../schemas/topics.ts';
import { cpuPerEvent } from './support/cpu.ts';
import { caughtUp, type Installation } from './support/installation.ts';
import { type Measurement, perSecond, progress } from './support/report.ts';
import { eventsPerCall, interleavedCalls } from './support/synthetic-calls.ts';

const tenant = 'bench-pipeline';
const batchSize = 2000;

/** Events from Kafka to queryable CDRs: the log is filled while the processor stands still, then it works it off. */
export const measurePipeline = async (installation: Installation, calls: number): Promise<Measurement> => {
  const processor = installation.run.processes['processor-calls'] as number;
  process.kill(processor, 'SIGSTOP');
  const fillingMs = await fill(installation, calls);
  progress(
    `pipeline: ${calls * eventsPerCall} events in the log, published at ${perSecond(calls * eventsPerCall, fillingMs)}`,
  );
  process.kill(processor, 'SIGCONT');
  const before = installation.cpuSeconds();
  const startedAt = performance.now();
  await caughtUp(installation, tenant, calls);
  const elapsedMs = performance.now() - startedAt;
  const cpu = cpuPerEvent(before, installation.cpuSeconds(), calls * eventsPerCall);
  return {
    what: 'events from Kafka to queryable CDRs',
    figure: perSecond(calls * eventsPerCall, elapsedMs),
    bar: '20,000/s',
    how: `${calls.toLocaleString('en')} calls of ${eventsPerCall} events, 1,000 at a time, from a filled log until all are ended in \`calls\`; CPU an event: ${cpu}`,
  };
};

const fill = async (installation: Installation, calls: number): Promise<number> => {
  const publisher = await installation.publisher();
  const startedAt = performance.now();
  const anchor = (Date.now() - 3_600_000) * 1000;
  let batch: { topic: string; key: string; value: Buffer }[] = [];
  for (const event of interleavedCalls(tenant, calls, 1000, anchor)) {
    batch.push({ topic: topics.callEvents, key: callEventKey(tenant, event.call_key), value: encodeEvent(event) });
    if (batch.length < batchSize) continue;
    await publisher.publish(batch);
    batch = [];
  }
  if (batch.length > 0) await publisher.publish(batch);
  await publisher.stop();
  return performance.now() - startedAt;
};

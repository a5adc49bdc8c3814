import { setTimeout as delay } from 'node:timers/promises';
import { callCentre, type SimulatedCall } from '../demo/call-centre.ts';
import { uploadRecording } from '../demo/send.ts';
import type { NativeEvent } from '../demo/simulated-switch.ts';
import type { CallTruth } from '../demo/truth.ts';
import { createIngestClient, type IngestClient } from '../feed/ingest-client.ts';

/** Calls that go to ingest until somebody says that it is enough; then each of them to its end. */
export type Load = {
  /** Requests that ingest has answered with 202. */
  accepted: () => number;
  /** Tries that were not answered so. */
  retries: () => number;
  /** Resolves when everything of every call that was begun is accepted. */
  finish: () => Promise<{ truths: readonly CallTruth[]; badRecords: number }>;
};

export type LoadOptions = { ingest: string; key: string; seed: string; startUs: number; callsPerSecond: number };

/** How many steps a call's events are spread over, so that each kill meets calls under way. */
const stepsOfCall = 12;
const stepMs = 100;
const badEverySteps = 10;

type UnderWay = { call: SimulatedCall; toldEvents: number };

/** Sends simulated calls at a steady pace, each in several requests, and now and then a record that is of no use. */
export const startLoad = (options: LoadOptions): Load => {
  const enough = new AbortController();
  let accepted = 0;
  let retries = 0;
  let badRecords = 0;
  const truths: CallTruth[] = [];
  const onRetry = (): void => void retries++;
  const client = createIngestClient({ url: options.ingest, key: options.key, onRetry });
  const centre = callCentre(options.seed);

  const run = async (): Promise<void> => {
    let underWay: UnderWay[] = [];
    for (let step = 0; !enough.signal.aborted || underWay.length > 0; step++) {
      if (!enough.signal.aborted) underWay.push(...begin(Math.round((options.callsPerSecond * stepMs) / 1000)));
      const records: unknown[] = underWay.flatMap(nextEvents);
      if (step % badEverySteps === 0) records.push({ nonsense: `${options.seed} ${badRecords++}` });
      await send(client, records);
      accepted += 1;
      const ended = underWay.filter(isTold);
      await Promise.all(ended.map(({ call }) => uploadRecording(client, call)));
      underWay = underWay.filter((one) => !isTold(one));
      await delay(stepMs);
    }
  };
  const begin = (count: number): UnderWay[] =>
    Array.from({ length: count }, () => {
      const call = centre.callAt(truths.length, options.startUs + truths.length * 10_000);
      truths.push(call.truth);
      return { call, toldEvents: 0 };
    });

  const running = run();
  return {
    accepted: () => accepted,
    retries: () => retries,
    finish: async () => {
      enough.abort();
      await running;
      return { truths, badRecords };
    },
  };
};

const isTold = ({ call, toldEvents }: UnderWay): boolean => toldEvents === call.events.length;

const nextEvents = (one: UnderWay): NativeEvent[] => {
  const { events } = one.call;
  const until = Math.min(events.length, one.toldEvents + Math.ceil(events.length / stepsOfCall));
  const next = events.slice(one.toldEvents, until).map(({ event }) => event);
  one.toldEvents = until;
  return next;
};

const send = async (client: IngestClient, records: readonly unknown[]): Promise<void> => {
  if (records.length === 0) return;
  const content = JSON.stringify(records);
  await client.send('/v1/ingest/freeswitch/events', { content, contentType: 'application/json' });
};

import { setTimeout as delay } from 'node:timers/promises';
import type { PartitionReader } from './kafka-partition-reader.ts';
import type { LogRecord } from './kafka-records.ts';
import { jitteredDelayMs } from './retry.ts';

export type Follower = {
  readonly signal: AbortSignal;
  readonly meet: (record: LogRecord) => void;
  /** The log no longer holds the position: everything is read anew. */
  readonly onRestart: () => void;
  /** After each read; true when everything that was there at the (re)start has been met. */
  readonly onRead: (caughtUp: boolean) => void;
  /** `failures`: how often reading failed since it last succeeded. */
  readonly onError: (error: unknown, failures: number) => void;
};

/** Reads a partition from its beginning until aborted, trying again whatever fails. */
export async function follow(reader: PartitionReader, follower: Follower): Promise<void> {
  let place: Place | undefined;
  for (let failures = 0; !follower.signal.aborted; ) {
    try {
      place ??= await begin(reader, follower);
      place = await step(reader, follower, place);
      failures = 0;
    } catch (error) {
      failures += 1;
      follower.onError(error, failures);
      await delay(jitteredDelayMs(failures, { baseDelayMs: 200, maxDelayMs: 3000 }));
    }
  }
  await reader.stop();
}

/** The offset to read next, and where the log ended when it was begun. */
type Place = { readonly next: bigint; readonly end: bigint };

async function begin(reader: PartitionReader, follower: Follower): Promise<Place> {
  const end = await reader.endOffset();
  const next = await reader.startOffset();
  // The first read of a log without records would wait for one.
  if (next >= end) follower.onRead(true);
  return { next, end };
}

async function step(reader: PartitionReader, follower: Follower, { next, end }: Place): Promise<Place | undefined> {
  const read = await reader.read(next);
  if (follower.signal.aborted) return undefined;
  if (read.kind === 'out-of-range') {
    follower.onRestart();
    return undefined;
  }
  for (const record of read.records) follower.meet(record);
  follower.onRead(read.next >= end);
  return { next: read.next, end };
}

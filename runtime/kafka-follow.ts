import { setTimeout as delay } from 'node:timers/promises';
import type { PartitionReader } from './kafka-partition-reader.ts';
import type { LogRecord } from './kafka-records.ts';
import { jitteredDelayMs } from './retry.ts';

export type Follower = {
  readonly signal: AbortSignal;
  readonly meet: (record: LogRecord) => void;
  /** The log no longer holds the position: everything is read anew. */
  readonly restart: () => void;
  readonly onRead: (atStartReached: boolean) => void;
  readonly onError: (error: unknown) => void;
};

/** Reads a partition from its beginning until aborted, trying again whatever fails. */
export async function follow(reader: PartitionReader, follower: Follower): Promise<void> {
  let next: bigint | undefined;
  let endAtStart: bigint | undefined;
  for (let failures = 0; !follower.signal.aborted; ) {
    try {
      endAtStart ??= await reader.endOffset();
      next ??= await reader.startOffset();
      const read = await reader.read(next);
      if (follower.signal.aborted) break;
      if (read.kind === 'out-of-range') {
        follower.restart();
        next = undefined;
        continue;
      }
      for (const record of read.records) follower.meet(record);
      next = read.next;
      follower.onRead(next >= endAtStart);
      failures = 0;
    } catch (error) {
      failures += 1;
      follower.onError(error);
      await delay(jitteredDelayMs(failures, { baseDelayMs: 200, maxDelayMs: 3000 }));
    }
  }
  await reader.stop();
}

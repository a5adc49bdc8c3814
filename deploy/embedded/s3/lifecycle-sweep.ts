import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Logger } from 'pino';
import { abortsNow, expiresNow } from './protocol/lifecycle-rules.ts';
import { following } from './protocol/listing.ts';
import type { BucketRecord } from './storage/bucket-table.ts';
import { removeObject, removeUpload, type Store } from './storage/store.ts';

const sweepIntervalMs = 3600_000;
const batchSize = 500;

export type SweepCount = { readonly expired: number; readonly aborted: number };

/** Applies the buckets' lifecycle rules now and every hour. */
export function startLifecycleSweep(store: Store, log: Logger): { stop: () => Promise<void> } {
  let stopping = false;
  let running = Promise.resolve();
  const sweep = async (): Promise<void> => {
    try {
      const count = await sweepLifecycle(store, () => stopping);
      if (count.expired + count.aborted > 0) log.info(count, 'lifecycle rules applied');
    } catch (error) {
      log.error({ err: error }, 'the lifecycle sweep failed; the next one tries again');
    }
  };
  const start = (): void => {
    running = running.then(sweep);
  };
  start();
  const timer = setInterval(start, sweepIntervalMs);
  return {
    stop: async () => {
      clearInterval(timer);
      stopping = true;
      await running;
    },
  };
}

/** One pass over all buckets that have rules. */
export async function sweepLifecycle(store: Store, stopped: () => boolean): Promise<SweepCount> {
  const total = { expired: 0, aborted: 0 };
  for (const bucket of store.buckets.all()) {
    if (!bucket.lifecycle.some((rule) => rule.enabled)) continue;
    total.expired += await expireObjects(store, bucket, stopped);
    total.aborted += await abortUploads(store, bucket, stopped);
  }
  await store.garbage.collect();
  return total;
}

async function expireObjects(store: Store, { id, lifecycle }: BucketRecord, stopped: () => boolean): Promise<number> {
  let expired = 0;
  for (let from: Buffer = Buffer.alloc(0); !stopped(); ) {
    // Read and removed in one transaction, so that an object written meanwhile is judged by its own age.
    const last = await store.commit(() => {
      const batch = store.objects.scan(id, from, undefined, batchSize);
      for (const { key, modifiedMs, attributes } of batch) {
        const object = { key, modifiedMs, tags: attributes.tags };
        if (!lifecycle.some((rule) => expiresNow(rule, object, store.now()))) continue;
        removeObject(store, id, key);
        expired++;
      }
      return batch.at(-1)?.keyBytes;
    });
    if (last === undefined) break;
    from = following(last);
    await nextTurn();
  }
  return expired;
}

async function abortUploads(store: Store, { id, lifecycle }: BucketRecord, stopped: () => boolean): Promise<number> {
  let aborted = 0;
  for (let after = { key: '', id: '' }; !stopped(); ) {
    const last = await store.commit(() => {
      const batch = store.uploads.scan(id, Buffer.from(after.key), after.id, batchSize);
      for (const upload of batch) {
        if (!lifecycle.some((rule) => abortsNow(rule, upload, store.now()))) continue;
        removeUpload(store, upload.id);
        aborted++;
      }
      return batch.at(-1);
    });
    if (last === undefined) break;
    after = last;
    await nextTurn();
  }
  return aborted;
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import pino from 'pino';
import { sweepLifecycle } from './lifecycle-sweep.ts';
import type { LifecycleRule } from './protocol/lifecycle-rules.ts';
import type { Tag } from './protocol/tags.ts';
import { openStore, requireBucket, type Store } from './storage/store.ts';
import { temporaryFolder } from './testing/endpoint.ts';

const bucket = 'swept';
const dayMs = 24 * 3600_000;
const rule: LifecycleRule = {
  id: 'r',
  enabled: true,
  prefix: '',
  tags: [],
  expireAfterDays: null,
  abortUploadsAfterDays: null,
};

/** A store whose clock stands where the test puts it. */
async function openAt(t: { after: (undo: () => Promise<void>) => void }, clock: { nowMs: number }): Promise<Store> {
  const folder = await temporaryFolder();
  t.after(folder.remove);
  const store = await openStore(folder.path, pino({ level: 'silent' }), () => clock.nowMs);
  t.after(store.close);
  await store.commit(() => store.buckets.insert(bucket, clock.nowMs));
  return store;
}

function setRules(store: Store, rules: readonly LifecycleRule[]): Promise<void> {
  return store.commit(() => store.buckets.setLifecycle(requireBucket(store, bucket).id, rules));
}

function put(store: Store, key: string, tags: readonly Tag[] = []): Promise<void> {
  const attributes = { headers: {}, metadata: {}, tags, checksum: null };
  const object = { key, size: 0, etag: 'e', modifiedMs: store.now(), attributes, segments: [] };
  return store.commit(() => store.objects.put(requireBucket(store, bucket).id, object));
}

function keysOf(store: Store): string[] {
  return store.objects.scan(requireBucket(store, bucket).id, Buffer.alloc(0), undefined, 5000).map(({ key }) => key);
}

const never = (): boolean => false;

test('objects go when their rule says so, and no others', async (t) => {
  const clock = { nowMs: Date.parse('2026-01-01T12:00:00Z') };
  const store = await openAt(t, clock);
  const tags = [{ key: 'keep', value: 'no' }];
  await setRules(store, [
    { ...rule, id: 'p', prefix: 'tmp/', expireAfterDays: 1 },
    { ...rule, id: 't', tags, expireAfterDays: 5 },
  ]);
  await Promise.all([put(store, 'tmp/a'), put(store, 'kept'), put(store, 'tagged', tags)]);
  assert.deepEqual(await sweepLifecycle(store, never), { expired: 0, aborted: 0 });
  clock.nowMs += 2 * dayMs;
  await put(store, 'tmp/new');
  assert.deepEqual(await sweepLifecycle(store, never), { expired: 1, aborted: 0 });
  assert.deepEqual(keysOf(store), ['kept', 'tagged', 'tmp/new']);
  clock.nowMs += 10 * dayMs;
  assert.deepEqual(await sweepLifecycle(store, never), { expired: 2, aborted: 0 });
  assert.deepEqual(keysOf(store), ['kept']);
});

test('a sweep goes through more objects than one batch', async (t) => {
  const clock = { nowMs: 0 };
  const store = await openAt(t, clock);
  await setRules(store, [{ ...rule, prefix: 'x', expireAfterDays: 1 }]);
  await Promise.all(Array.from({ length: 1201 }, (_, index) => put(store, `${index % 2 === 0 ? 'x' : 'k'}${index}`)));
  clock.nowMs += 3 * dayMs;
  assert.deepEqual(await sweepLifecycle(store, never), { expired: 601, aborted: 0 });
  assert.equal(keysOf(store).length, 600);
});

test('stale uploads are aborted with their parts', async (t) => {
  const clock = { nowMs: 0 };
  const store = await openAt(t, clock);
  await setRules(store, [{ ...rule, abortUploadsAfterDays: 2 }]);
  const { id } = requireBucket(store, bucket);
  const attributes = { headers: {}, metadata: {}, tags: [], checksum: null };
  for (const uploadId of ['old', 'new']) {
    const upload = { id: uploadId, key: 'k', startedMs: clock.nowMs, options: { attributes, checksum: null } };
    await store.commit(() => store.uploads.insert(id, upload));
    await store.commit(() =>
      store.uploads.putPart(uploadId, { number: 1, size: 0, etag: 'e', modifiedMs: 0, checksum: null, segments: [] }),
    );
    clock.nowMs += 1.5 * dayMs;
  }
  assert.deepEqual(await sweepLifecycle(store, never), { expired: 0, aborted: 1 });
  assert.equal(store.uploads.find(id, 'k', 'old'), undefined);
  assert.deepEqual(store.uploads.parts('old', 0, 10), []);
  assert.equal(store.uploads.parts('new', 0, 10).length, 1);
});

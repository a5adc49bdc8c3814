import { mkdir } from 'node:fs/promises';
import type { Logger } from 'pino';
import type { VerifiedBody } from '../protocol/body.ts';
import { S3Error, toS3Error } from '../protocol/errors.ts';
import { openBlobFiles, type BlobFiles } from './blob-files.ts';
import { bucketTable, type BucketRecord, type BucketTable } from './bucket-table.ts';
import { openCatalog } from './catalog.ts';
import { createGarbage, type Garbage } from './garbage.ts';
import type { Commit } from './group-commit.ts';
import { objectTable, type ObjectTable } from './object-table.ts';
import type { ObjectRecord, Segment } from './records.ts';
import { uploadTable, type UploadTable } from './upload-table.ts';

/** A data directory, opened. Reads are from the tables; writes go through `commit`. */
export type Store = {
  readonly commit: Commit;
  readonly buckets: BucketTable;
  readonly objects: ObjectTable;
  readonly uploads: UploadTable;
  readonly files: BlobFiles;
  readonly garbage: Garbage;
  readonly now: () => number;
  readonly close: () => Promise<void>;
};

/** Opens a data directory, creating it if need be, and clears what a crash left. Refused while another process has it. */
export async function openStore(directory: string, log: Logger, now: () => number = Date.now): Promise<Store> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const { database, commit, close } = openCatalog(directory);
  try {
    const files = await openBlobFiles(directory);
    const garbage = createGarbage(database, commit, files, log);
    await garbage.recover();
    return {
      commit,
      buckets: bucketTable(database),
      objects: objectTable(database),
      uploads: uploadTable(database),
      files,
      garbage,
      now,
      close: async () => {
        await garbage.collect();
        close();
      },
    };
  } catch (error) {
    close();
    throw error;
  }
}

/** The bucket of that name. Throws `NoSuchBucket`. */
export function requireBucket(store: Store, name: string): BucketRecord {
  const bucket = store.buckets.find(name);
  if (bucket === undefined) {
    throw new S3Error('NoSuchBucket', 'The specified bucket does not exist', { BucketName: name });
  }
  return bucket;
}

/** The object of that name. Throws `NoSuchBucket` or `NoSuchKey`. */
export function requireObject(store: Store, bucket: string, key: string): ObjectRecord {
  const object = store.objects.find(requireBucket(store, bucket).id, key);
  if (object === undefined) throw new S3Error('NoSuchKey', 'The specified key does not exist.', { Key: key });
  return object;
}

/** Stores a body as blobs, once it has passed its checks. Empty content needs none. */
export async function receiveSegments(store: Store, body: VerifiedBody): Promise<readonly Segment[]> {
  await store.files.requireRoom(body.length);
  const blob = await store.files.receive(body.chunks);
  const { size } = body.digest();
  if (size > 0) return [{ blob, size }];
  await store.files.discard([blob]);
  return [];
}

/**
 * Runs the change that makes received blobs part of the catalogue, and drops them when it is refused. After a failure
 * that leaves it open whether the transaction reached the disk they stay in `incoming/`, where the next start decides.
 */
export async function commitSegments<Result>(
  store: Store,
  segments: readonly Segment[],
  change: () => Result,
): Promise<Result> {
  const ids = segments.map(({ blob }) => blob);
  const adoptAndChange = (): Result => {
    store.garbage.adopt(segments);
    return change();
  };
  const result = await store.commit(adoptAndChange).catch(async (error: unknown) => {
    if (toS3Error(error).code !== 'InternalError') await store.files.discard(ids);
    throw error;
  });
  await store.files.settle(ids);
  void store.garbage.collect();
  return result;
}

/** Makes this the object of its key and abandons what was there; inside a `commit`. */
export function replaceObject(store: Store, bucketId: number, object: ObjectRecord): void {
  store.garbage.abandon(store.objects.find(bucketId, object.key)?.segments ?? []);
  store.objects.put(bucketId, object);
}

/** Removes an object if there is one; inside a `commit`. */
export function removeObject(store: Store, bucketId: number, key: string): void {
  store.garbage.abandon(store.objects.find(bucketId, key)?.segments ?? []);
  store.objects.remove(bucketId, key);
}

/** Removes an upload and abandons its parts, but for those kept in an object; inside a `commit`. */
export function removeUpload(store: Store, uploadId: string, keep: readonly Segment[] = []): void {
  const kept = new Set(keep.map(({ blob }) => blob));
  const parts = store.uploads.parts(uploadId, 0, Number.MAX_SAFE_INTEGER);
  store.garbage.abandon(parts.flatMap((part) => part.segments).filter(({ blob }) => !kept.has(blob)));
  store.uploads.remove(uploadId);
}

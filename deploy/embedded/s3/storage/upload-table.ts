import type { DatabaseSync } from 'node:sqlite';
import type { PartRecord, Segment, UploadOptions, UploadRecord } from './records.ts';

export type UploadTable = {
  readonly find: (bucketId: number, key: string, id: string) => UploadRecord | undefined;
  readonly insert: (bucketId: number, upload: UploadRecord) => void;
  /** Removes an upload with its parts' rows. */
  readonly remove: (id: string) => void;
  /** Uploads behind (key, id), in the order of key, then id. */
  readonly scan: (bucketId: number, afterKey: Buffer, afterId: string, limit: number) => readonly UploadRecord[];
  readonly putPart: (uploadId: string, part: PartRecord) => void;
  readonly part: (uploadId: string, number: number) => PartRecord | undefined;
  /** Parts numbered above `after`, in order. */
  readonly parts: (uploadId: string, after: number, limit: number) => readonly PartRecord[];
};

export const maxPartNumber = 10_000;

type UploadRow = { id: string; key: Uint8Array; started_ms: number; options: string };
type PartRow = {
  number: number;
  size: number;
  etag: string;
  modified_ms: number;
  checksum: string | null;
  segments: string;
};

/** Prepares the statements on `uploads` and `parts`. Writes belong inside a `commit`. */
export function uploadTable(database: DatabaseSync): UploadTable {
  const find = database.prepare('SELECT * FROM uploads WHERE bucket_id = ? AND key = ? AND id = ?');
  const insert = database.prepare('INSERT INTO uploads VALUES (?, ?, ?, ?, ?)');
  const remove = database.prepare('DELETE FROM uploads WHERE id = ?');
  const removeParts = database.prepare('DELETE FROM parts WHERE upload_id = ?');
  const scan = database.prepare(
    'SELECT * FROM uploads WHERE bucket_id = ? AND (key, id) > (?, ?) ORDER BY key, id LIMIT ?',
  );
  const putPart = database.prepare('INSERT OR REPLACE INTO parts VALUES (?, ?, ?, ?, ?, ?, ?)');
  const part = database.prepare('SELECT * FROM parts WHERE upload_id = ? AND number = ?');
  const parts = database.prepare('SELECT * FROM parts WHERE upload_id = ? AND number > ? ORDER BY number LIMIT ?');
  return {
    find: (bucketId, key, id) => {
      const row = find.get(bucketId, Buffer.from(key), id) as UploadRow | undefined;
      return row === undefined ? undefined : toUpload(row);
    },
    insert: (bucketId, { id, key, startedMs, options }) =>
      void insert.run(bucketId, Buffer.from(key), id, startedMs, JSON.stringify(options)),
    remove: (id) => {
      removeParts.run(id);
      remove.run(id);
    },
    scan: (bucketId, afterKey, afterId, limit) =>
      (scan.all(bucketId, afterKey, afterId, limit) as UploadRow[]).map(toUpload),
    putPart: (uploadId, { number, size, etag, modifiedMs, checksum, segments }) => {
      const checksumText = checksum === null ? null : JSON.stringify(checksum);
      putPart.run(uploadId, number, size, etag, modifiedMs, checksumText, JSON.stringify(segments));
    },
    part: (uploadId, number) => {
      const row = part.get(uploadId, number) as PartRow | undefined;
      return row === undefined ? undefined : toPart(row);
    },
    parts: (uploadId, after, limit) => (parts.all(uploadId, after, limit) as PartRow[]).map(toPart),
  };
}

function toUpload(row: UploadRow): UploadRecord {
  const key = Buffer.from(row.key).toString('utf8');
  return { id: row.id, key, startedMs: row.started_ms, options: JSON.parse(row.options) as UploadOptions };
}

function toPart(row: PartRow): PartRecord {
  return {
    number: row.number,
    size: row.size,
    etag: row.etag,
    modifiedMs: row.modified_ms,
    checksum: row.checksum === null ? null : (JSON.parse(row.checksum) as NonNullable<PartRecord['checksum']>),
    segments: JSON.parse(row.segments) as Segment[],
  };
}

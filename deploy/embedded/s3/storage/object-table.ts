import type { DatabaseSync } from 'node:sqlite';
import type { ObjectAttributes, ObjectRecord, Segment } from './records.ts';

/** What a listing needs of an object: its content's location is left on the disk. */
export type ListedObject = {
  readonly key: string;
  readonly keyBytes: Buffer;
  readonly size: number;
  readonly etag: string;
  readonly modifiedMs: number;
  readonly attributes: ObjectAttributes;
};

export type ObjectTable = {
  readonly find: (bucketId: number, key: string) => ObjectRecord | undefined;
  readonly put: (bucketId: number, object: ObjectRecord) => void;
  readonly setAttributes: (bucketId: number, key: string, attributes: ObjectAttributes) => void;
  readonly remove: (bucketId: number, key: string) => void;
  readonly isEmpty: (bucketId: number) => boolean;
  readonly scan: (bucketId: number, from: Buffer, to: Buffer | undefined, limit: number) => readonly ListedObject[];
};

type Row = {
  key: Uint8Array;
  size: number;
  etag: string;
  modified_ms: number;
  attributes: string;
  segments: string;
};

/** Greater than every key: UTF-8 has no such byte. */
const endOfKeys = Buffer.of(0xff);

/** Prepares the statements on `objects`. Writes belong inside a `commit`. */
export function objectTable(database: DatabaseSync): ObjectTable {
  const find = database.prepare('SELECT * FROM objects WHERE bucket_id = ? AND key = ?');
  const put = database.prepare('INSERT OR REPLACE INTO objects VALUES (?, ?, ?, ?, ?, ?, ?)');
  const setAttributes = database.prepare('UPDATE objects SET attributes = ? WHERE bucket_id = ? AND key = ?');
  const remove = database.prepare('DELETE FROM objects WHERE bucket_id = ? AND key = ?');
  const any = database.prepare('SELECT 1 FROM objects WHERE bucket_id = ? LIMIT 1');
  const scan = database.prepare(
    `SELECT key, size, etag, modified_ms, attributes FROM objects
     WHERE bucket_id = ? AND key >= ? AND key < ? ORDER BY key LIMIT ?`,
  );
  return {
    find: (bucketId, key) => {
      const row = find.get(bucketId, Buffer.from(key)) as Row | undefined;
      return row === undefined ? undefined : { ...listed(row), segments: JSON.parse(row.segments) as Segment[] };
    },
    put: (bucketId, { key, size, etag, modifiedMs, attributes, segments }) => {
      const [attributesText, segmentsText] = [JSON.stringify(attributes), JSON.stringify(segments)];
      put.run(bucketId, Buffer.from(key), size, etag, modifiedMs, attributesText, segmentsText);
    },
    setAttributes: (bucketId, key, attributes) =>
      void setAttributes.run(JSON.stringify(attributes), bucketId, Buffer.from(key)),
    remove: (bucketId, key) => void remove.run(bucketId, Buffer.from(key)),
    isEmpty: (bucketId) => any.get(bucketId) === undefined,
    scan: (bucketId, from, to, limit) => (scan.all(bucketId, from, to ?? endOfKeys, limit) as Row[]).map(listed),
  };
}

function listed(row: Row): ListedObject {
  const keyBytes = Buffer.from(row.key.buffer, row.key.byteOffset, row.key.byteLength);
  return {
    key: keyBytes.toString('utf8'),
    keyBytes,
    size: row.size,
    etag: row.etag,
    modifiedMs: row.modified_ms,
    attributes: JSON.parse(row.attributes) as ObjectAttributes,
  };
}

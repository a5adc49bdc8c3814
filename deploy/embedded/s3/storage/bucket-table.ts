import type { DatabaseSync } from 'node:sqlite';
import type { LifecycleRule } from '../protocol/lifecycle-rules.ts';

export type BucketRecord = {
  readonly id: number;
  readonly name: string;
  readonly createdMs: number;
  readonly lifecycle: readonly LifecycleRule[];
};

export type BucketTable = {
  readonly find: (name: string) => BucketRecord | undefined;
  readonly all: () => readonly BucketRecord[];
  readonly insert: (name: string, createdMs: number) => void;
  readonly remove: (id: number) => void;
  readonly setLifecycle: (id: number, rules: readonly LifecycleRule[]) => void;
};

type Row = { id: number; name: string; created_ms: number; lifecycle: string };

/** Prepares the statements on `buckets`. Writes belong inside a `commit`. */
export function bucketTable(database: DatabaseSync): BucketTable {
  const find = database.prepare('SELECT * FROM buckets WHERE name = ?');
  const all = database.prepare('SELECT * FROM buckets ORDER BY name');
  const insert = database.prepare("INSERT INTO buckets (name, created_ms, lifecycle) VALUES (?, ?, '[]')");
  const remove = database.prepare('DELETE FROM buckets WHERE id = ?');
  const setLifecycle = database.prepare('UPDATE buckets SET lifecycle = ? WHERE id = ?');
  return {
    find: (name) => {
      const row = find.get(name) as Row | undefined;
      return row === undefined ? undefined : fromRow(row);
    },
    all: () => (all.all() as Row[]).map(fromRow),
    insert: (name, createdMs) => void insert.run(name, createdMs),
    remove: (id) => void remove.run(id),
    setLifecycle: (id, rules) => void setLifecycle.run(JSON.stringify(rules), id),
  };
}

function fromRow(row: Row): BucketRecord {
  const lifecycle = JSON.parse(row.lifecycle) as LifecycleRule[];
  return { id: row.id, name: row.name, createdMs: row.created_ms, lifecycle };
}

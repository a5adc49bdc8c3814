import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createGroupCommit, type Commit } from './group-commit.ts';

/**
 * The catalogue: which buckets, objects and uploads exist and which blob files hold their bytes. A row is what makes
 * an object exist, so metadata and content switch in one transaction.
 */
export type Catalog = {
  readonly database: DatabaseSync;
  readonly commit: Commit;
  readonly close: () => void;
};

const version = 1;

// Keys are stored as bytes: S3 orders them so, and SQLite compares blobs with memcmp.
// `blobs` tells a file that belongs to something from one that a crash left behind; `dead` ones wait for removal.
const schema = `
  CREATE TABLE buckets (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, created_ms INTEGER NOT NULL, lifecycle TEXT NOT NULL
  ) STRICT;
  CREATE TABLE objects (
    bucket_id INTEGER NOT NULL, key BLOB NOT NULL, size INTEGER NOT NULL, etag TEXT NOT NULL,
    modified_ms INTEGER NOT NULL, attributes TEXT NOT NULL, segments TEXT NOT NULL,
    PRIMARY KEY (bucket_id, key)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE uploads (
    bucket_id INTEGER NOT NULL, key BLOB NOT NULL, id TEXT NOT NULL UNIQUE, started_ms INTEGER NOT NULL,
    options TEXT NOT NULL,
    PRIMARY KEY (bucket_id, key, id)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE parts (
    upload_id TEXT NOT NULL, number INTEGER NOT NULL, size INTEGER NOT NULL, etag TEXT NOT NULL,
    modified_ms INTEGER NOT NULL, checksum TEXT, segments TEXT NOT NULL,
    PRIMARY KEY (upload_id, number)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE blobs (id TEXT PRIMARY KEY, dead INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE INDEX dead_blobs ON blobs (id) WHERE dead = 1;
  PRAGMA user_version = ${version};
`;

/** Opens the catalogue of a data directory, alone: the lock is the kernel's, so it ends with the process whatever ends it. */
export function openCatalog(directory: string): Catalog {
  const lockFile = join(directory, 'lock');
  const database = new DatabaseSync(join(directory, 'catalog.sqlite'));
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
    database.exec('PRAGMA fullfsync = ON; PRAGMA cache_size = -16384; BEGIN IMMEDIATE; COMMIT');
    prepareSchema(database);
  } catch (error) {
    database.close();
    throw isBusy(error) ? new Error(`${directory} is in use by the process ${holderOf(lockFile)}`) : error;
  }
  writeFileSync(lockFile, `${process.pid}\n`);
  const { commit, flush } = createGroupCommit(database);
  return {
    database,
    commit,
    close: () => {
      flush();
      rmSync(lockFile, { force: true });
      database.close();
    },
  };
}

function prepareSchema(database: DatabaseSync): void {
  const found = (database.prepare('PRAGMA user_version').get() as { user_version: number }).user_version;
  if (found === 0) database.exec(`BEGIN; ${schema} COMMIT`);
  else if (found !== version) throw new Error(`the catalogue has version ${found}; this program reads ${version}`);
}

function isBusy(error: unknown): boolean {
  const sqliteBusy = 5;
  return (error as { errcode?: number }).errcode === sqliteBusy;
}

function holderOf(lockFile: string): string {
  try {
    return readFileSync(lockFile, 'utf8').trim();
  } catch {
    return 'unknown';
  }
}

import { hash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';

/** One numbered file of schemas/clickhouse: a single statement that is safe to run twice. */
export type Migration = { file: string; statement: string; checksum: string };

const folder = new URL('../../schemas/clickhouse/', import.meta.url);

/** What is done in the order of the numbers; comments do not count as a change. */
export const readMigrations = (): readonly Migration[] =>
  readdirSync(folder)
    .filter((file) => /^\d{3}_.+\.sql$/.test(file))
    .sort()
    .map((file) => toMigration(file, readFileSync(new URL(file, folder), 'utf8')));

export const toMigration = (file: string, text: string): Migration => {
  const statement = text
    .split('\n')
    .filter((line) => !line.trimStart().startsWith('--'))
    .join('\n')
    .trim();
  return { file, statement, checksum: hash('sha256', statement, 'hex') };
};

/** Which are left to do; names an applied file that is another one now, or one that only a newer Trunkline has. */
export const pendingMigrations = (
  migrations: readonly Migration[],
  applied: ReadonlyMap<string, string>,
): { pending: readonly Migration[] } | { changed: string } | { newer: string } => {
  const changed = migrations.find(({ file, checksum }) => applied.has(file) && applied.get(file) !== checksum);
  if (changed !== undefined) return { changed: changed.file };
  const newest = migrations.at(-1)?.file ?? '';
  const newer = [...applied.keys()].find((file) => file.slice(0, 3) > newest.slice(0, 3));
  if (newer !== undefined) return { newer };
  return { pending: migrations.filter(({ file }) => !applied.has(file)) };
};

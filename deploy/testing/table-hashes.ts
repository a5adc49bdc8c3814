import type { RunFile } from '../up/run-file.ts';
import { queryRow } from './stored-totals.ts';

/** By table: how many rows hold, and one number for all their bytes, in whatever order they lie. */
export const tableHashes = async (
  where: Pick<RunFile, 'clickhouse'>,
  tables: readonly string[],
): Promise<Readonly<Record<string, string>>> => {
  const entries = tables.map(async (table) => {
    const sql = `SELECT concat(count(), ' rows ', groupBitXor(cityHash64(formatRow('JSONEachRow', *)))) AS hash FROM ${table} FINAL`;
    return [table, (await queryRow<{ hash: string }>(where, sql)).hash] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
};

/** A table as ClickHouse's ReplacingMergeTree is read with FINAL: of equal keys the highest version, then the last. */
export type ReplacingTable<Row> = {
  readonly insert: (rows: readonly Row[]) => void;
  /** In the order of the keys. */
  readonly final: () => readonly Row[];
  readonly clear: () => void;
};

export const createReplacingTable = <Row>(
  keyOf: (row: Row) => string,
  versionOf: (row: Row) => number = () => 0,
): ReplacingTable<Row> => {
  const kept = new Map<string, Row>();
  return {
    insert: (rows) => {
      for (const row of rows) {
        const known = kept.get(keyOf(row));
        if (known === undefined || versionOf(row) >= versionOf(known)) kept.set(keyOf(row), row);
      }
    },
    final: () => [...kept].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row),
    clear: () => {
      kept.clear();
    },
  };
};

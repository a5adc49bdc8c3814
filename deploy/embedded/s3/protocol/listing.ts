/** Walks keys in the order of their bytes, as S3 lists them. */
export type ListingQuery = {
  readonly prefix: Buffer;
  readonly delimiter: Buffer;
  /** The first key that may be listed. */
  readonly from: Buffer;
  /** Objects and common prefixes together. */
  readonly limit: number;
};

export type ListingPage<Entry> = {
  readonly entries: readonly Entry[];
  readonly commonPrefixes: readonly Buffer[];
  /** Where the next page starts; undefined when this is the last. */
  readonly next: Buffer | undefined;
};

/** Reads up to `limit` entries with keys from `from` on, below `to` when given, in order. */
export type Scan<Entry> = (from: Buffer, to: Buffer | undefined, limit: number) => readonly Entry[];

const batchSize = 1000;

/** One page. Keys that share a prefix up to the delimiter are skipped by seeking, not by reading them. */
export function listPage<Entry extends { readonly keyBytes: Buffer }>(
  scan: Scan<Entry>,
  query: ListingQuery,
): ListingPage<Entry> {
  const end = query.prefix.length === 0 ? undefined : successor(query.prefix);
  const entries: Entry[] = [];
  const commonPrefixes: Buffer[] = [];
  let cursor = Buffer.compare(query.from, query.prefix) > 0 ? query.from : query.prefix;
  if (query.limit === 0) return { entries, commonPrefixes, next: undefined };
  for (;;) {
    const batch = scan(cursor, end, Math.min(batchSize, query.limit - entries.length - commonPrefixes.length + 1));
    if (batch.length === 0) return { entries, commonPrefixes, next: undefined };
    for (const entry of batch) {
      if (Buffer.compare(entry.keyBytes, cursor) < 0) continue;
      if (entries.length + commonPrefixes.length === query.limit) return { entries, commonPrefixes, next: cursor };
      const common = commonPrefixOf(entry.keyBytes, query);
      if (common === undefined) entries.push(entry);
      else commonPrefixes.push(common);
      const past = common === undefined ? following(entry.keyBytes) : successor(common);
      if (past === undefined) return { entries, commonPrefixes, next: undefined };
      cursor = past;
    }
  }
}

function commonPrefixOf(key: Buffer, { prefix, delimiter }: ListingQuery): Buffer | undefined {
  if (delimiter.length === 0) return undefined;
  const at = key.indexOf(delimiter, prefix.length);
  return at === -1 ? undefined : key.subarray(0, at + delimiter.length);
}

/** The smallest key greater than this one. */
export function following(key: Buffer): Buffer {
  return Buffer.concat([key, Buffer.of(0)]);
}

/** The smallest key greater than all that start with this prefix; undefined when there is none. */
export function successor(prefix: Buffer): Buffer | undefined {
  const last = prefix.findLastIndex((byte) => byte !== 0xff);
  if (last === -1) return undefined;
  const bytes = Buffer.from(prefix.subarray(0, last + 1));
  bytes[last]! += 1;
  return bytes;
}

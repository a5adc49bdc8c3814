// Queries of a listing: rows of one table, newest or oldest first, a page at a time. The order is by an instant and an
// id, of which the id makes it total. All are pure and give parameters apart from the text.

export type Query = {
  readonly sql: string;
  readonly params: Readonly<Record<string, number | string | readonly (number | string)[]>>;
};

/** Place of a row in the order: µs since the epoch and the id. */
export type Key = { readonly at: number; readonly id: string };

export type Order = 'newest' | 'oldest';

/** A table to list; every word in it is a constant of ours, never input. */
export type Listing = {
  readonly table: string;
  readonly at: string;
  readonly id: string;
  /** Expressions of the columns that a row of the answer is made of. */
  readonly columns: readonly string[];
  /**
   * How many days back the newest rows are looked for at first, then further, then in all of them: each partition that
   * need not be opened is saved. Empty where the table is not partitioned by the instant.
   */
  readonly daysBack: readonly number[];
};

/** What rows must fulfil, joined by AND. */
export type Conditions = { readonly sql: readonly string[]; readonly params: Query['params'] };

/** Adds a condition with its parameters. */
export const and = (conditions: Conditions, sql: string, params: Query['params'] = {}): Conditions => ({
  sql: [...conditions.sql, sql],
  params: { ...conditions.params, ...params },
});

/** The rows of one tenant: what every listing starts from. */
export const ofTenant = (tenantId: string): Conditions => ({
  sql: ['tenant_id = {tenant:String}'],
  params: { tenant: tenantId },
});

/** An instant given in µs as a value that ClickHouse can compare with the columns. */
export const instantParam = (name: string): string => `fromUnixTimestamp64Micro({${name}:Int64}, 'UTC')`;

const directions = { newest: 'DESC', oldest: 'ASC' } as const;
const comparisons = { newest: '<', oldest: '>' } as const;

/** Rows strictly behind `key`. The first comparison says nothing new, but it is the one that the primary index reads. */
export const behind = (conditions: Conditions, { at, id }: Listing, order: Order, key: Key): Conditions => {
  const sign = comparisons[order];
  const instant = instantParam('after_at');
  return and(
    conditions,
    `${at} ${sign}= ${instant} AND (${at} ${sign} ${instant} OR ${id} ${sign} {after_id:String})`,
    {
      after_at: key.at,
      after_id: key.id,
    },
  );
};

/** Rows not older than an instant. */
export const notBefore = (conditions: Conditions, { at }: Listing, floorUs: number): Conditions =>
  and(conditions, `${at} >= ${instantParam('floor_at')}`, { floor_at: floorUs });

const orderBy = ({ at, id }: Listing, order: Order): string =>
  `ORDER BY ${at} ${directions[order]}, ${id} ${directions[order]}`;

const where = ({ sql }: Conditions): string => `WHERE ${sql.join('\n  AND ')}`;

/**
 * Keys of the next rows any version of which fulfils the conditions. Without FINAL ClickHouse reads in the order of
 * the primary key and stops at the limit, however large the table is; the newest version of a row is among its
 * versions, so no row that counts is missing.
 */
export const candidatesQuery = (listing: Listing, conditions: Conditions, order: Order, limit: number): Query => ({
  sql: `SELECT toUnixTimestamp64Micro(${listing.at}) AS at, ${listing.id} AS id
FROM ${listing.table}
${where(conditions)}
${orderBy(listing, order)}
LIMIT {limit:UInt32}`,
  params: { ...conditions.params, limit },
});

/** A set of keys, or all keys between two (both included). */
export type Span = { readonly keys: readonly Key[] } | { readonly from: Key; readonly to: Key };

/** The rows of a span as they are now, those that still fulfil the conditions. */
export const rowsQuery = (
  listing: Listing,
  conditions: Conditions,
  { span, order, limit }: { readonly span: Span; readonly order: Order; readonly limit: number },
): Query => {
  const all = within(conditions, listing, span, order);
  return {
    sql: `SELECT toUnixTimestamp64Micro(${listing.at}) AS key_at, ${listing.id} AS key_id,
  ${listing.columns.join(',\n  ')}
FROM ${listing.table} FINAL
${where(all)}
${orderBy(listing, order)}
LIMIT {limit:UInt32}`,
    params: { ...all.params, limit },
  };
};

const within = (conditions: Conditions, { at, id }: Listing, span: Span, order: Order): Conditions => {
  if ('keys' in span) {
    // Only a subquery becomes a set that the primary index can use.
    return and(
      conditions,
      `(${at}, ${id}) IN (SELECT fromUnixTimestamp64Micro(key.1, 'UTC'), key.2 FROM (SELECT arrayJoin(arrayZip({ats:Array(Int64)}, {ids:Array(String)})) AS key))`,
      { ats: span.keys.map((key) => key.at), ids: span.keys.map((key) => key.id) },
    );
  }
  const [low, high] = order === 'newest' ? [span.to, span.from] : [span.from, span.to];
  return and(
    conditions,
    `${at} BETWEEN ${instantParam('low_at')} AND ${instantParam('high_at')} AND (${at}, ${id}) BETWEEN (${instantParam('low_at')}, {low_id:String}) AND (${instantParam('high_at')}, {high_id:String})`,
    { low_at: low.at, low_id: low.id, high_at: high.at, high_id: high.id },
  );
};

/** A page by its distance from the first row; it costs more the deeper it lies. */
export const offsetQuery = (
  listing: Listing,
  conditions: Conditions,
  { order, limit, offset }: { readonly order: Order; readonly limit: number; readonly offset: number },
): Query => ({
  sql: `SELECT toUnixTimestamp64Micro(${listing.at}) AS key_at, ${listing.id} AS key_id,
  ${listing.columns.join(',\n  ')}
FROM ${listing.table} FINAL
${where(conditions)}
${orderBy(listing, order)}
LIMIT {limit:UInt32} OFFSET {offset:UInt32}`,
  params: { ...conditions.params, limit, offset },
});

/** How many rows there are, counted up to `bound`. */
export const totalQuery = (listing: Listing, conditions: Conditions, bound: number): Query => ({
  sql: `SELECT count() AS total FROM (
SELECT 1 FROM ${listing.table} FINAL
${where(conditions)}
LIMIT {bound:UInt32})`,
  params: { ...conditions.params, bound },
});

import {
  behind,
  candidatesQuery,
  type Conditions,
  type Key,
  type Listing,
  notBefore,
  offsetQuery,
  type Order,
  rowsQuery,
  type Span,
  totalQuery,
} from './keyset.ts';
import type { Tables } from './tables.ts';

export type Keyed = { readonly key_at: number; readonly key_id: string };

export type PageOf<Row> = { readonly rows: readonly Row[]; readonly next: Key | null };

/** A page and all behind it, each read when the one before is done with. */
export const pagesFrom = async function* <Page extends { readonly next: Key | null }>(
  first: Page,
  read: (after: Key) => Promise<Page>,
): AsyncGenerator<Page> {
  for (let page = first; ; page = await read(page.next)) {
    yield page;
    if (page.next === null) return;
  }
};

export type Place = { readonly after: Key | null } | { readonly offset: number };

export type Asked = {
  readonly conditions: Conditions;
  readonly order: Order;
  readonly limit: number;
  readonly place: Place;
};

const leastCandidates = 64;
const mostCandidates = 20_000;
const mostKeysInSet = 1000;

/** A page of a listing and the key that the next one starts behind, null on the last. */
export const readPage = async <Row extends Keyed>(
  tables: Tables,
  listing: Listing,
  asked: Asked,
  signal: AbortSignal,
): Promise<PageOf<Row>> => {
  const { conditions, order, limit, place } = asked;
  const wanted = limit + 1;
  const rows =
    'offset' in place
      ? await tables.read<Row>(offsetQuery(listing, conditions, { order, limit: wanted, offset: place.offset }), signal)
      : await rowsBehind<Row>(tables, listing, { ...asked, limit: wanted }, place.after, signal);
  const last = rows[limit - 1];
  const more = rows.length > limit && last !== undefined;
  return { rows: rows.slice(0, limit), next: more ? { at: last.key_at, id: last.key_id } : null };
};

/**
 * Walks the candidates in ever longer steps until the page is full or there are none left. A step can give fewer rows
 * than candidates: a row has several versions until they are merged, and its newest may not fulfil the conditions.
 */
const rowsBehind = async <Row extends Keyed>(
  tables: Tables,
  listing: Listing,
  { conditions, order, limit }: Asked,
  start: Key | null,
  signal: AbortSignal,
): Promise<Row[]> => {
  const rows: Row[] = [];
  const floors = floorsOf(listing, order, start);
  let position = start;
  let step = Math.min(mostCandidates, Math.max(leastCandidates, 2 * limit));
  for (;;) {
    const floor = floors[0];
    const behindLast = position === null ? conditions : behind(conditions, listing, order, position);
    const remaining = floor === undefined ? behindLast : notBefore(behindLast, listing, floor);
    const candidates = await tables.read<Key>(candidatesQuery(listing, remaining, order, step), signal);
    const last = candidates.at(-1);
    if (last !== undefined) {
      const left = limit - rows.length;
      const query = rowsQuery(listing, conditions, { span: spanOf(candidates, last), order, limit: left });
      rows.push(...(await tables.read<Row>(query, signal)));
      if (rows.length >= limit) return rows;
      position = last;
    }
    if (candidates.length === step) step = Math.min(mostCandidates, step * 4);
    else if (floors.shift() === undefined) return rows;
  }
};

const usPerDay = 86_400_000_000;

/** Instants below which rows are not looked for yet, the nearest first. Only the newest have a place to count from. */
const floorsOf = ({ daysBack }: Listing, order: Order, start: Key | null): number[] => {
  const from = start?.at ?? Date.now() * 1000;
  return order === 'newest' ? daysBack.map((days) => from - days * usPerDay) : [];
};

const spanOf = (candidates: readonly Key[], last: Key): Span => {
  const keys = [...new Map(candidates.map((key) => [`${key.at} ${key.id}`, key])).values()];
  return keys.length <= mostKeysInSet ? { keys } : { from: keys[0] ?? last, to: last };
};

/** Rows are counted exactly below this many; counting more would cost more than a page. */
export const totalBound = 10_000;

export type Total = { readonly total: number; readonly total_relation: 'eq' | 'gte' };

export const readTotal = async (
  tables: Tables,
  listing: Listing,
  conditions: Conditions,
  signal: AbortSignal,
): Promise<Total> => {
  const [row] = await tables.read<{ total: number }>(totalQuery(listing, conditions, totalBound), signal);
  const total = row?.total ?? 0;
  return { total, total_relation: total < totalBound ? 'eq' : 'gte' };
};

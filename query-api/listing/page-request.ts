import { Type } from 'typebox';
import { invalid } from '../../runtime/http/http-error.ts';
import { ApiError } from '../http/api-error.ts';
import type { Cursors, CursorScope } from './cursor.ts';
import type { Order } from './keyset.ts';
import type { Place } from './page-reader.ts';

export const defaultLimit = 25;
export const mostByCursor = 5000;
export const mostByPage = 100;
/** How far from the first row a page or an offset may reach. */
export const deepest = 10_000;

const sorts = ['newest', 'oldest', '-started_at', 'started_at'] as const;

export const pageParameters = {
  limit: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: mostByCursor,
      default: defaultLimit,
      description: `Rows a page; at most ${mostByPage} with page or offset.`,
    }),
  ),
  cursor: Type.Optional(
    Type.String({ minLength: 1, maxLength: 400, description: '`meta.next_cursor` of the page before.' }),
  ),
  page: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: deepest,
      description: `Page number from 1, within the first ${deepest} rows.`,
    }),
  ),
  offset: Type.Optional(
    Type.Integer({ minimum: 0, maximum: deepest, description: `Rows to skip, within the first ${deepest} rows.` }),
  ),
  include_total: Type.Optional(
    Type.Boolean({ description: 'Also count: `meta.total`, exact below 10,000. Always given with page or offset.' }),
  ),
};

export const sortParameter = Type.Optional(
  Type.Enum([...sorts], { default: 'newest', description: 'Order by start; the signed forms mean the same.' }),
);

type Given = {
  readonly limit?: number;
  readonly cursor?: string;
  readonly page?: number;
  readonly offset?: number;
  readonly include_total?: boolean;
  readonly sort?: (typeof sorts)[number];
};

export type PageRequest = {
  readonly order: Order;
  readonly limit: number;
  readonly place: Place;
  /** The page's number, where the client counts in pages. */
  readonly page: number | null;
  readonly wantsTotal: boolean;
};

export const orderOf = (sort: Given['sort']): Order =>
  sort === 'oldest' || sort === 'started_at' ? 'oldest' : 'newest';

/** Which page is meant. Throws where paging parameters contradict each other or the cursor is of another listing. */
export const readPageRequest = (given: Given, cursors: Cursors, scope: CursorScope): PageRequest => {
  const { cursor, page, offset, limit = defaultLimit } = given;
  const ways = Object.entries({ cursor, page, offset }).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  if (ways.length > 1) {
    throw new ApiError(400, 'CONFLICTING_PARAMETERS', `${ways.join(' and ')} are different ways of paging; send one.`);
  }
  const order = orderOf(given.sort);
  const base = { order, limit, page: page ?? null };
  if (page === undefined && offset === undefined) {
    const after = cursor === undefined ? null : cursors.decode(cursor, scope);
    return { ...base, place: { after }, wantsTotal: given.include_total ?? false };
  }
  const skipped = offset ?? ((page ?? 1) - 1) * limit;
  checkDepth(skipped, limit, page === undefined ? 'offset' : 'page');
  return { ...base, place: { offset: skipped }, wantsTotal: given.include_total ?? true };
};

const checkDepth = (skipped: number, limit: number, field: string): void => {
  if (limit > mostByPage) {
    throw invalid([
      { field: 'limit', message: `must be at most ${mostByPage} with ${field}; a cursor allows ${mostByCursor}` },
    ]);
  }
  if (skipped + limit > deepest) {
    throw invalid([{ field, message: `reaches beyond the first ${deepest} rows; follow meta.next_cursor instead` }]);
  }
};

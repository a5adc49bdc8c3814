import { type Static, type TSchema, Type } from 'typebox';
import type { Cursors, CursorScope } from './cursor.ts';
import type { Key } from './keyset.ts';
import type { Total } from './page-reader.ts';
import type { PageRequest } from './page-request.ts';

const Meta = Type.Object({
  limit: Type.Integer(),
  next_cursor: Type.Union([Type.String(), Type.Null()], { description: 'Null on the last page.' }),
  total: Type.Optional(Type.Integer({ description: 'Exact below 10,000.' })),
  total_relation: Type.Optional(Type.Enum(['eq', 'gte'])),
  current_page: Type.Optional(Type.Integer()),
  per_page: Type.Optional(Type.Integer()),
});

const Links = Type.Object({
  next: Type.Union([Type.String(), Type.Null()], { description: 'Path and query of the next page.' }),
});

/** Schema of a page of `item`. */
export const pageOf = <Item extends TSchema>(item: Item) =>
  Type.Object({ data: Type.Array(item), meta: Meta, links: Links });

type Answered<Item> = {
  readonly data: Item[];
  readonly next: Key | null;
  readonly total: Total | null;
  readonly request: PageRequest;
  /** Path and query as the client sent them. */
  readonly url: string;
};

export type PageBody<Item> = {
  data: Item[];
  meta: Static<typeof Meta>;
  links: Static<typeof Links>;
};

export const pageBody = <Item>(answered: Answered<Item>, cursors: Cursors, scope: CursorScope): PageBody<Item> => {
  const { data, next, total, request, url } = answered;
  const cursor = next === null ? null : cursors.encode(next, scope);
  return {
    data,
    meta: {
      limit: request.limit,
      next_cursor: cursor,
      ...total,
      ...(request.page !== null && { current_page: request.page, per_page: request.limit }),
    },
    links: { next: cursor === null ? null : nextUrl(url, request, cursor) },
  };
};

/** The same request for the page behind, in the way of paging that the client uses. */
const nextUrl = (url: string, { page, place, limit }: PageRequest, cursor: string): string => {
  const { pathname, searchParams } = new URL(url, 'http://localhost');
  if (page !== null) searchParams.set('page', String(page + 1));
  else if ('offset' in place) searchParams.set('offset', String(place.offset + limit));
  else searchParams.set('cursor', cursor);
  return `${pathname}?${searchParams.toString()}`;
};

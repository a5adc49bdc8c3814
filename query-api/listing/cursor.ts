import { createHmac, timingSafeEqual } from 'node:crypto';
import { ApiError } from '../http/api-error.ts';
import type { Key } from './keyset.ts';

/** A cursor holds for one listing only: the same resource, tenant, filters and order. */
export type CursorScope = {
  readonly resource: string;
  readonly tenantId: string;
  readonly filters: Readonly<Record<string, unknown>>;
};

export type Cursors = {
  readonly encode: (key: Key, scope: CursorScope) => string;
  /** Throws INVALID_CURSOR for a text that is not a cursor of ours for this scope. */
  readonly decode: (text: string, scope: CursorScope) => Key;
};

const tagBytes = 16;
const longest = 400;

/** Cursors are a place in the order with a keyed hash of it and of the listing, so a client cannot make or move one. */
export const createCursors = (secret: Buffer): Cursors => {
  const tagOf = (payload: Buffer, scope: CursorScope): Buffer =>
    createHmac('sha256', secret).update(canonical(scope)).update('\0').update(payload).digest().subarray(0, tagBytes);

  return {
    encode: (key, scope) => {
      const payload = Buffer.from(JSON.stringify([key.at, key.id]));
      return Buffer.concat([tagOf(payload, scope), payload]).toString('base64url');
    },
    decode: (text, scope) => {
      const bytes = /^[\w-]+$/.test(text) && text.length <= longest ? Buffer.from(text, 'base64url') : Buffer.alloc(0);
      const [tag, payload] = [bytes.subarray(0, tagBytes), bytes.subarray(tagBytes)];
      const ours =
        payload.length > 0 && bytes.toString('base64url') === text && timingSafeEqual(tag, tagOf(payload, scope));
      if (!ours) throw invalidCursor();
      const [at, id] = JSON.parse(payload.toString()) as [number, string];
      return { at, id };
    },
  };
};

const canonical = ({ resource, tenantId, filters }: CursorScope): string => {
  const given = Object.entries(filters).filter(([, value]) => value !== undefined && value !== null);
  return JSON.stringify(['cursor-1', resource, tenantId, given.sort(([a], [b]) => (a < b ? -1 : 1))]);
};

const invalidCursor = (): ApiError =>
  new ApiError(400, 'INVALID_CURSOR', 'The cursor is not one of this listing; start again without it.', {
    details: [
      { field: 'cursor', message: 'must be a meta.next_cursor of the same filters, sort and API key’s tenant' },
    ],
  });

import { callStartedAtOf } from '../../schemas/ids.ts';
import { callConditions, callListing } from './call-list-query.ts';
import type { Key } from '../listing/keyset.ts';
import { type Keyed, type PageOf, readPage, readTotal, type Total } from '../listing/page-reader.ts';
import type { PageRequest } from '../listing/page-request.ts';
import type { Tables } from '../listing/tables.ts';
import type { CallDetailRow, CallSummaryRow } from './call-columns.ts';
import { type CallEventPage, readCallEvents, readEventsOf } from './call-events.ts';
import { callQuery, type EventsAsked } from './call-query.ts';
import { anyCall, type CallFilters } from './list-parameters.ts';

export type CallPage = PageOf<CallSummaryRow> & { readonly total: Total | null };

export type CallReader = {
  list(tenantId: string, filters: CallFilters, page: PageRequest, signal: AbortSignal): Promise<CallPage>;
  /**
   * The call behind our id or the switch's. The id of a call that was merged into another gives that one; a switch's id
   * that several calls have gives `ambiguous`.
   */
  find(tenantId: string, id: string, signal: AbortSignal): Promise<CallDetailRow | 'ambiguous' | null>;
  events(tenantId: string, call: CallDetailRow, asked: EventsAsked, signal: AbortSignal): Promise<CallEventPage>;
  /** Both at once. */
  findWithEvents(
    tenantId: string,
    id: string,
    asked: EventsAsked,
    signal: AbortSignal,
  ): Promise<CallWithEvents | 'ambiguous' | null>;
};

export type CallWithEvents = { readonly call: CallDetailRow; readonly events: CallEventPage };

export const createCallReader = (tables: Tables): CallReader => {
  const find: CallReader['find'] = async (tenantId, id, signal) => {
    const at = callStartedAtOf(id);
    const key = at === null ? await keyOfNative(tables, tenantId, id, signal) : { at, id };
    return key === null || key === 'ambiguous' ? key : readCall(tables, tenantId, key, signal);
  };
  const events: CallReader['events'] = async (tenantId, call, asked, signal) => {
    const at = callStartedAtOf(call.call_id) ?? 0;
    return readCallEvents(
      tables,
      tenantId,
      { at, id: call.call_id, callKey: call.call_key, isMerged: isMerged(call) },
      asked,
      signal,
    );
  };
  return {
    list: async (tenantId, filters, { order, limit, place, wantsTotal }, signal) => {
      const conditions = callConditions(tenantId, filters);
      const [page, total] = await Promise.all([
        readPage<CallSummaryRow & Keyed>(tables, callListing, { conditions, order, limit, place }, signal),
        wantsTotal ? readTotal(tables, callListing, conditions, signal) : null,
      ]);
      return { ...page, total };
    },
    find,
    events,
    findWithEvents: async (tenantId, id, asked, signal) => {
      const at = callStartedAtOf(id);
      // Our id tells the place of the call's own events, so that they need not wait for its row.
      const [call, own] = await Promise.all([
        find(tenantId, id, signal),
        at === null ? null : readEventsOf(tables, tenantId, [{ at, id }], asked, signal),
      ]);
      if (call === null || call === 'ambiguous') return call;
      const isWhole = own !== null && call.call_id === id && !isMerged(call);
      return { call, events: isWhole ? own : await events(tenantId, call, asked, signal) };
    },
  };
};

const isMerged = ({ quality }: CallDetailRow): boolean => quality.includes('merged');

const keyOfNative = async (
  tables: Tables,
  tenantId: string,
  nativeId: string,
  signal: AbortSignal,
): Promise<Key | 'ambiguous' | null> => {
  const conditions = callConditions(tenantId, { ...anyCall, nativeId });
  const asked = { conditions, order: 'newest', limit: 1, place: { after: null } } as const;
  const { rows, next } = await readPage<CallSummaryRow & Keyed>(tables, callListing, asked, signal);
  const [row] = rows;
  if (row === undefined) return null;
  return next === null ? { at: row.key_at, id: row.key_id } : 'ambiguous';
};

/** Merging goes to the earliest root, so a chain of merges is short; a longer one is broken data. */
const mostMerges = 5;

const readCall = async (
  tables: Tables,
  tenantId: string,
  start: Key,
  signal: AbortSignal,
): Promise<CallDetailRow | null> => {
  let key = start;
  for (let merges = 0; merges <= mostMerges; merges += 1) {
    const [row] = await tables.read<CallDetailRow>(callQuery(tenantId, key), signal);
    if (row === undefined || row.state !== 'merged') return row ?? null;
    const at = callStartedAtOf(row.merged_into);
    if (at === null) return null;
    key = { at, id: row.merged_into };
  }
  return null;
};

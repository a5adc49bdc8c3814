import { callStartedAtOf } from '../../schemas/ids.ts';
import { type Keyed, type PageOf, readPage, readTotal, type Total } from '../listing/page-reader.ts';
import type { PageRequest } from '../listing/page-request.ts';
import type { Tables } from '../listing/tables.ts';
import type { QuarantineFilters } from './list-parameters.ts';
import {
  eventOfCallQuery,
  type KindFound,
  kindsQuery,
  quarantineConditions,
  quarantinedQuery,
  type QuarantineFound,
  quarantineListing,
  type Standing,
  standingsQuery,
  type StepFound,
  stepsQuery,
} from './quarantine-query.ts';

/** A record and what its steps come to; null while nobody did anything about it. */
export type Standings<Record> = { readonly record: Record; readonly standing: Standing | null };

export type Quarantined = QuarantineFound & { readonly raw_base64: string };

export type QuarantineReader = {
  list(
    tenantId: string,
    filters: QuarantineFilters,
    page: PageRequest,
    signal: AbortSignal,
  ): Promise<PageOf<Standings<QuarantineFound>> & { readonly total: Total | null }>;
  /** Those that there are, with their bytes. */
  find(tenantId: string, ids: readonly string[], signal: AbortSignal): Promise<readonly Standings<Quarantined>[]>;
  steps(tenantId: string, id: string, signal: AbortSignal): Promise<readonly StepFound[]>;
  /** What there is, counted. */
  kinds(tenantId: string, filters: QuarantineFilters, signal: AbortSignal): Promise<readonly KindFound[]>;
  /** Bytes of an event of the call; null where none is kept. */
  eventOfCall(tenantId: string, callId: string, signal: AbortSignal): Promise<Buffer | null>;
};

export const createQuarantineReader = (tables: Tables): QuarantineReader => {
  const withStandings = async <Record extends QuarantineFound>(
    tenantId: string,
    records: readonly Record[],
    signal: AbortSignal,
  ): Promise<Standings<Record>[]> => {
    if (records.length === 0) return [];
    const ids = records.map(({ quarantine_id }) => quarantine_id);
    const standings = await tables.read<Standing>(standingsQuery(tenantId, ids), signal);
    const byId = new Map(standings.map((standing) => [standing.quarantine_id, standing]));
    return records.map((record) => ({ record, standing: byId.get(record.quarantine_id) ?? null }));
  };

  return {
    list: async (tenantId, filters, { order, limit, place, wantsTotal }, signal) => {
      const conditions = quarantineConditions(tenantId, filters);
      const [page, total] = await Promise.all([
        readPage<QuarantineFound & Keyed>(tables, quarantineListing, { conditions, order, limit, place }, signal),
        wantsTotal ? readTotal(tables, quarantineListing, conditions, signal) : null,
      ]);
      return { rows: await withStandings(tenantId, page.rows, signal), next: page.next, total };
    },
    find: async (tenantId, ids, signal) =>
      withStandings(tenantId, await tables.read<Quarantined>(quarantinedQuery(tenantId, ids), signal), signal),
    steps: async (tenantId, id, signal) => tables.read<StepFound>(stepsQuery(tenantId, id), signal),
    kinds: async (tenantId, filters, signal) =>
      tables.read<KindFound>(kindsQuery(quarantineConditions(tenantId, filters)), signal),
    eventOfCall: async (tenantId, callId, signal) => {
      const at = callStartedAtOf(callId);
      if (at === null) return null;
      const query = eventOfCallQuery(tenantId, callId, at);
      const [row] = await tables.read<{ event_base64: string }>(query, signal);
      return row === undefined ? null : Buffer.from(row.event_base64, 'base64');
    },
  };
};

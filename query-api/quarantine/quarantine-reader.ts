import { type Keyed, type PageOf, readPage, readTotal, type Total } from '../listing/page-reader.ts';
import type { PageRequest } from '../listing/page-request.ts';
import type { Tables } from '../listing/tables.ts';
import type { QuarantineFilters } from './list-parameters.ts';
import { quarantineConditions, quarantinedQuery, type QuarantineFound, quarantineListing } from './quarantine-query.ts';

export type Quarantined = QuarantineFound & { readonly raw_base64: string };

export type QuarantineReader = {
  list(
    tenantId: string,
    filters: QuarantineFilters,
    page: PageRequest,
    signal: AbortSignal,
  ): Promise<PageOf<QuarantineFound> & { readonly total: Total | null }>;
  find(tenantId: string, id: string, signal: AbortSignal): Promise<Quarantined | null>;
};

export const createQuarantineReader = (tables: Tables): QuarantineReader => ({
  list: async (tenantId, filters, { order, limit, place, wantsTotal }, signal) => {
    const conditions = quarantineConditions(tenantId, filters);
    const [page, total] = await Promise.all([
      readPage<QuarantineFound & Keyed>(tables, quarantineListing, { conditions, order, limit, place }, signal),
      wantsTotal ? readTotal(tables, quarantineListing, conditions, signal) : null,
    ]);
    return { ...page, total };
  },
  find: async (tenantId, id, signal) => {
    const [row] = await tables.read<Quarantined>(quarantinedQuery(tenantId, id), signal);
    return row ?? null;
  },
});

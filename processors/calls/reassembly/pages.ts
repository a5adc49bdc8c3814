import type { ClickHouse } from '../../../runtime/clickhouse.ts';
import type { CallPlace } from '../ports.ts';
import { type Cursor, nextCallsQuery, type Range, tenantsQuery } from './range-queries.ts';

/** Calls that are assembled together: so many that their events are few. */
export type Page = { readonly calls: readonly CallPlace[]; readonly cursor: Cursor };

export type Tenant = { readonly tenantId: string; readonly calls: number };

const eventsPerPage = 5000;

export const readTenants = async (clickhouse: ClickHouse, range: Range): Promise<Tenant[]> => {
  const { sql, params } = tenantsQuery(range);
  const rows = await clickhouse.query<{ tenantId: string; calls: string }>(sql, params);
  return rows.map(({ tenantId, calls }) => ({ tenantId, calls: Number(calls) }));
};

/** The tenant's calls behind the cursor, in the order of their starts; null where there are no more. */
export const readPage = async (
  clickhouse: ClickHouse,
  tenantId: string,
  range: Range,
  after: Cursor | null,
): Promise<Page | null> => {
  const { sql, params } = nextCallsQuery(tenantId, range, after, eventsPerPage);
  const rows = await clickhouse.query<{ at: string; callId: string }>(sql, params);
  const calls = new Map(
    rows.map(({ at, callId }) => [callId, { tenant_id: tenantId, call_id: callId, call_started_at: Number(at) }]),
  );
  const page = [...calls.values()];
  // Of a call at the cut the next page has the rest again, and all of it is read anyway.
  const last = page.at(-1);
  return last === undefined
    ? null
    : { calls: page, cursor: { tenantId, at: last.call_started_at, callId: last.call_id } };
};

import { and, type Conditions, instantParam, type Listing, ofTenant, type Query } from '../listing/keyset.ts';
import type { QuarantineRow } from '../../schemas/rows.ts';
import type { QuarantineFilters } from './list-parameters.ts';

const columns = ['quarantine_id', 'received_at', 'stage', 'source', 'switch_id', 'code', 'message', 'field'] as const;

/** A refused record as it is read, without its bytes. */
export type QuarantineFound = Omit<Pick<QuarantineRow, (typeof columns)[number]>, 'received_at'> & {
  readonly received_at: string;
  readonly raw_bytes: number;
};

export const quarantineListing: Listing = {
  table: 'quarantine',
  at: 'received_at',
  id: 'quarantine_id',
  columns: [...columns, 'length(raw) AS raw_bytes'],
  daysBack: [],
};

export const quarantineConditions = (tenantId: string, filters: QuarantineFilters): Conditions => {
  let conditions = ofTenant(tenantId);
  const filter = (sql: string, name: string, value: number | string | null): void => {
    if (value !== null) conditions = and(conditions, sql, { [name]: value });
  };
  filter(`received_at >= ${instantParam('from')}`, 'from', filters.from);
  filter(`received_at < ${instantParam('to')}`, 'to', filters.to);
  filter('code = {code:String}', 'code', filters.code);
  filter('switch_id = {switch_id:String}', 'switch_id', filters.switchId);
  return conditions;
};

/** One refused record with its bytes in base64. */
export const quarantinedQuery = (tenantId: string, id: string): Query => {
  const { sql, params } = and(ofTenant(tenantId), 'quarantine_id = {id:String}', { id });
  return {
    sql: `SELECT ${columns.join(', ')}, length(raw) AS raw_bytes, base64Encode(raw) AS raw_base64
FROM quarantine FINAL
WHERE ${sql.join('\n  AND ')}`,
    params,
  };
};

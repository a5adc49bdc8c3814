import type { QuarantinedRow, QuarantineStepRow } from '../../schemas/rows.ts';
import { and, type Conditions, instantParam, type Listing, ofTenant, type Query } from '../listing/keyset.ts';
import type { QuarantineFilters, Status } from './list-parameters.ts';

const columns = [
  'quarantine_id',
  'received_at',
  'stage',
  'source',
  'switch_id',
  'code',
  'message',
  'field',
  'boot_id',
  'native_seq',
  'asked_switch_id',
  'bound_switch_id',
  'record_bytes',
] as const;

/** A refused record as it is read, without its bytes. */
export type QuarantineFound = Omit<Pick<QuarantinedRow, (typeof columns)[number]>, 'received_at'> & {
  readonly received_at: string;
  readonly raw_bytes: number;
};

export const quarantineListing: Listing = {
  table: 'quarantined_records',
  at: 'received_at',
  id: 'quarantine_id',
  columns: [...columns, 'length(raw) AS raw_bytes'],
  daysBack: [],
};

/** What the steps of a record come to. */
export type Standing = {
  readonly quarantine_id: string;
  readonly status: Status;
  /** How often it was asked for. */
  readonly attempts: number;
  /** Attempts that came to an end, dismissals too. */
  readonly settled: number;
  readonly last_attempt_id: string;
  readonly last_actor: string;
  readonly last_asked_at: string;
};

/** Once redriven a record stays so; else the last attempt says what it is. */
const standings = (more = ''): string => `SELECT quarantine_id,
    multiIf(countIf(step = 'redriven') > 0, 'redriven',
      transform(argMax(step, (asked_at, attempt_id, step != 'asked')), ['asked', 'refused', 'dismissed'],
        ['redriving', 'refused_again', 'dismissed'], 'open')) AS status,
    uniqExactIf(attempt_id, step = 'asked') AS attempts,
    uniqExactIf(attempt_id, step != 'asked') AS settled,
    argMax(attempt_id, (asked_at, attempt_id)) AS last_attempt_id,
    argMax(actor, (asked_at, attempt_id)) AS last_actor,
    max(asked_at) AS last_asked_at
  FROM quarantine_steps FINAL
  WHERE tenant_id = {tenant:String}${more}
  GROUP BY quarantine_id`;

export const standingsQuery = (tenantId: string, ids: readonly string[]): Query => ({
  sql: standings(' AND quarantine_id IN {ids:Array(String)}'),
  params: { tenant: tenantId, ids },
});

const stepColumns = [
  'attempt_id',
  'step',
  'asked_at',
  'at',
  'actor',
  'corrected',
  'switch_id',
  'events',
  'event_ids',
  'code',
  'message',
  'field',
] as const;

export type StepFound = Omit<Pick<QuarantineStepRow, (typeof stepColumns)[number]>, 'asked_at' | 'at'> & {
  readonly asked_at: string;
  readonly at: string;
  readonly raw_base64: string;
};

/** Everything that was done about a record, in its order. */
export const stepsQuery = (tenantId: string, id: string): Query => ({
  sql: `SELECT ${stepColumns.join(', ')}, base64Encode(raw) AS raw_base64
FROM quarantine_steps FINAL
WHERE tenant_id = {tenant:String} AND quarantine_id = {id:String}
ORDER BY asked_at, attempt_id, step != 'asked'`,
  params: { tenant: tenantId, id },
});

const withStatus = (conditions: Conditions, status: QuarantineFilters['status']): Conditions => {
  const touched = `SELECT quarantine_id FROM (${standings()})`;
  switch (status) {
    case null:
      return conditions;
    case 'open':
      return and(conditions, `quarantine_id NOT IN (${touched})`);
    case 'unsettled':
      return and(conditions, `quarantine_id NOT IN (${touched} WHERE status != 'refused_again')`);
    case 'redriving':
    case 'redriven':
    case 'refused_again':
    case 'dismissed':
      return and(conditions, `quarantine_id IN (${touched} WHERE status = {status:String})`, { status });
  }
};

export const quarantineConditions = (tenantId: string, filters: QuarantineFilters): Conditions => {
  let conditions = ofTenant(tenantId);
  const filter = (sql: string, name: string, value: number | string | readonly string[] | null): void => {
    if (value !== null) conditions = and(conditions, sql, { [name]: value });
  };
  filter('quarantine_id IN {ids:Array(String)}', 'ids', filters.ids);
  filter(`received_at >= ${instantParam('from')}`, 'from', filters.from);
  filter(`received_at < ${instantParam('to')}`, 'to', filters.to);
  filter('code = {code:String}', 'code', filters.code);
  filter('stage = {stage:String}', 'stage', filters.stage);
  filter('switch_id = {switch_id:String}', 'switch_id', filters.switchId);
  return withStatus(conditions, filters.status);
};

/** Some refused records with their bytes in base64. */
export const quarantinedQuery = (tenantId: string, ids: readonly string[]): Query => {
  const { sql, params } = and(ofTenant(tenantId), 'quarantine_id IN {ids:Array(String)}', { ids });
  return {
    sql: `SELECT ${columns.join(', ')}, length(raw) AS raw_bytes, base64Encode(raw) AS raw_base64
FROM quarantined_records FINAL
WHERE ${sql.join('\n  AND ')}`,
    params,
  };
};

/** How many records there are of each kind that may find its way back in its own way. */
export const kindsQuery = ({ sql, params }: Conditions): Query => ({
  sql: `SELECT stage, dialect AS source, code, max(size) AS record_bytes, max(kept) AS raw_bytes, count() AS records
FROM (
  SELECT stage, if(stage = 'ingest', source, '') AS dialect, code, record_bytes AS size, length(raw) AS kept
  FROM quarantined_records FINAL
  WHERE ${sql.join('\n  AND ')}
)
GROUP BY stage, dialect, code, size > kept
ORDER BY records DESC, stage, code
LIMIT 1000`,
  params,
});

export type KindFound = Pick<QuarantinedRow, 'stage' | 'source' | 'code' | 'record_bytes'> & {
  readonly raw_bytes: number;
  readonly records: number;
};

/** One event of a call, to have the call assembled anew. */
export const eventOfCallQuery = (tenantId: string, callId: string, callStartedAtUs: number): Query => ({
  sql: `SELECT base64Encode(event) AS event_base64
FROM call_events
WHERE tenant_id = {tenant:String} AND call_started_at = ${instantParam('at')} AND call_id = {id:String}
LIMIT 1`,
  params: { tenant: tenantId, id: callId, at: callStartedAtUs },
});

import { and, type Conditions, instantParam, type Listing, ofTenant } from '../listing/keyset.ts';
import { summaryColumns } from './call-columns.ts';
import type { CallFilters } from './list-parameters.ts';

/** Calls by their anchor, which never changes, so that a call never moves between pages. */
export const callListing: Listing = {
  table: 'calls',
  at: 'call_started_at',
  id: 'call_id',
  columns: summaryColumns,
  daysBack: [1, 8, 64],
};

/** The calls of a tenant that fulfil the filters. Merged calls are part of another call and never listed. */
export const callConditions = (tenantId: string, filters: CallFilters): Conditions => {
  let conditions = and(ofTenant(tenantId), "state != 'merged'");
  const filter = (sql: string, name: string, value: number | string | null): void => {
    if (value !== null) conditions = and(conditions, sql, { [name]: value });
  };
  filter(`started_at >= ${instantParam('from')}`, 'from', filters.from);
  filter(`started_at < ${instantParam('to')}`, 'to', filters.to);
  filter('direction = {direction:String}', 'direction', filters.direction);
  filter('state = {state:String}', 'state', filters.state);
  filter('disposition = {disposition:String}', 'disposition', filters.disposition);
  // A withheld number must not be confirmed by asking for it.
  filter(
    "(caller_number = {caller:String} OR caller_e164 = {caller:String}) AND caller_presentation != 'restricted'",
    'caller',
    filters.caller,
  );
  filter('(callee_number = {callee:String} OR callee_e164 = {callee:String})', 'callee', filters.callee);
  filter('has(native_ids, {native_id:String})', 'native_id', filters.nativeId);
  filter('has_recording = {has_recording:UInt8}', 'has_recording', asBit(filters.hasRecording));
  filter('duration_ms >= {min_ms:UInt64}', 'min_ms', filters.minSeconds === null ? null : filters.minSeconds * 1000);
  filter(
    'duration_ms < {end_ms:UInt64}',
    'end_ms',
    filters.maxSeconds === null ? null : (filters.maxSeconds + 1) * 1000,
  );
  return conditions;
};

const asBit = (value: boolean | null): 0 | 1 | null => (value === null ? null : value ? 1 : 0);

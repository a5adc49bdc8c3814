import type { Normalised, Source } from '../../ingest/dialect.ts';
import { dialects as known } from '../../ingest/dialects.ts';
import type { Unwrap } from './capture.ts';

/** A form in which switches tell of calls, as ingest takes it. */
export type Dialect = {
  /** Path of ingest's end point. */
  path: string;
  /** What ingest makes of a record, so that we know which calls and events the API must show. */
  normalise: (record: unknown, source: Source) => Normalised;
  unwrap: Unwrap;
};

export type DialectName = 'freeswitch' | 'freeswitch-cdr' | 'asterisk-cel' | 'canonical';

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const listed: Unwrap = (document) => (Array.isArray(document) ? document : [document]);

/** Rows as a list, or collections of cases that each hold them under `cel`. */
const celRows: Unwrap = (document) =>
  listed(document).flatMap((item) => {
    if (!isObject(item)) return [item];
    const nested = item['cases'] ?? item['cel'];
    return Array.isArray(nested) ? celRows(nested) : [item];
  });

export const dialects: Readonly<Record<DialectName, Dialect>> = {
  freeswitch: { path: '/v1/ingest/freeswitch/events', normalise: known.freeswitchEvents.normalise, unwrap: listed },
  'freeswitch-cdr': { path: '/v1/ingest/freeswitch/cdr', normalise: known.freeswitchCdr.normalise, unwrap: listed },
  'asterisk-cel': { path: '/v1/ingest/asterisk/cel', normalise: known.asteriskCel.normalise, unwrap: celRows },
  canonical: { path: '/v1/events', normalise: known.canonical.normalise, unwrap: listed },
};

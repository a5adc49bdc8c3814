import { dialects as known, type RoutedDialect } from '../../ingest/dialects.ts';
import type { Unwrap } from './capture.ts';

/** A dialect as ingest takes it, and where its records stand in a capture. */
export type Dialect = RoutedDialect & { unwrap: Unwrap };

export type DialectName =
  | 'freeswitch'
  | 'freeswitch-cdr'
  | 'asterisk-ami'
  | 'asterisk-cel'
  | 'asterisk-queue-log'
  | 'kamailio'
  | 'hosted'
  | 'canonical';

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
  freeswitch: { ...known.freeswitchEvents, unwrap: listed },
  'freeswitch-cdr': { ...known.freeswitchCdr, unwrap: listed },
  'asterisk-ami': { ...known.asteriskAmi, unwrap: listed },
  'asterisk-cel': { ...known.asteriskCel, unwrap: celRows },
  'asterisk-queue-log': { ...known.asteriskQueueLog, unwrap: listed },
  kamailio: { ...known.kamailio, unwrap: listed },
  hosted: { ...known.hosted, unwrap: listed },
  canonical: { ...known.canonical, unwrap: listed },
};

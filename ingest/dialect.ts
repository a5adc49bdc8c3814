import type { Event } from '../schemas/events.ts';
import type { Rejection } from '../schemas/rejections.ts';
import { switchNameRules } from '../schemas/names.ts';

/** Who publishes and when it was received: what a record cannot be asked about. */
export type Source = {
  tenantId: string;
  /** µs; becomes `observed_at`, and bounds the times that are believed. */
  observedAtUs: number;
  /** The switch named in the request, which goes before what the record says. */
  askedSwitchId: string | null;
  /** The only switch that the key may publish for. */
  boundSwitchId: string | null;
};

/** What a native record says; no events where it is of no interest. */
export type Normalised = { events: Event[] } | { rejection: Rejection };

export const ignored: Normalised = { events: [] };

export const reject = (code: string, field: string, message: string): { rejection: Rejection } => ({
  rejection: { code, message, field },
});

/** The switch a record is of: as asked, as the record says, or the key's own. */
export const switchOf = (
  source: Source,
  native: string,
  field: string,
): { switchId: string } | { rejection: Rejection } => {
  const switchId = source.askedSwitchId ?? (native === '' ? source.boundSwitchId : native);
  if (switchId === null || switchId === '')
    return reject('SWITCH_UNKNOWN', field, `${field} is missing: send it, or name the switch with ?switch=NAME`);
  if (switchId.length > switchNameRules.maxLength)
    return reject(
      'INVALID_FIELD',
      field,
      `${field} is longer than ${switchNameRules.maxLength} characters: use a shorter name`,
    );
  if (source.boundSwitchId !== null && switchId !== source.boundSwitchId)
    return reject(
      'SWITCH_NOT_ALLOWED',
      field,
      `this key may publish for the switch ${source.boundSwitchId} only: use the key of this record's switch`,
    );
  return { switchId };
};

/** 2000-01-01: no switch that sends an earlier time has a clock. */
const earliestUs = 946_684_800_000_000;
const dayUs = 86_400_000_000;

/** Null where the instant can be believed. */
export const timeRejection = (us: number, field: string, nowUs: number): { rejection: Rejection } | null => {
  if (us >= earliestUs && us <= nowUs + dayUs) return null;
  const problem = Number.isNaN(us)
    ? 'is no time'
    : us < earliestUs
      ? 'is before the year 2000'
      : 'is over 24 hours ahead';
  return reject('TIME_OUT_OF_RANGE', field, `${field} ${problem}: check the clock of the switch (UTC) and the unit`);
};

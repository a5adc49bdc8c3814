import { type Static, Type } from 'typebox';
import { type Detail, invalid } from '../../runtime/http/http-error.ts';
import { pageParameters, sortParameter } from '../listing/page-request.ts';
import { readTimeRange, timeRangeParameters } from '../listing/time-range.ts';

export const states = ['active', 'ended'] as const;
export const directions = ['inbound', 'outbound', 'internal', 'unknown'] as const;
export const dispositions = [
  'in_progress',
  'answered',
  'voicemail',
  'abandoned',
  'cancelled',
  'busy',
  'rejected',
  'no_answer',
  'blocked',
  'failed',
  'unknown',
] as const;

const longestCallSeconds = 366 * 24 * 3600;

const text = (description: string, maxLength = 100) =>
  Type.Optional(Type.String({ minLength: 1, maxLength, description }));
const seconds = (description: string) =>
  Type.Optional(Type.Integer({ minimum: 0, maximum: longestCallSeconds, description }));

const filterParameters = {
  ...timeRangeParameters,
  direction: Type.Optional(Type.Enum([...directions])),
  state: Type.Optional(Type.Enum([...states], { description: 'Whether the call is going on.' })),
  disposition: Type.Optional(Type.Enum([...dispositions], { description: 'How the call came out.' })),
  caller: text('Number of the caller, exactly: as the switch gave it, or in E.164. Withheld numbers are not found.'),
  callee: text('Number of who answered or was rung, exactly: as the switch gave it, or in E.164.'),
  native_id: text('An id of the switch: of the call or of any of its legs.', 300),
  has_recording: Type.Optional(Type.Boolean()),
  min_duration: seconds('Least `duration_seconds`, included.'),
  max_duration: seconds('Greatest `duration_seconds`, included.'),
  sort: sortParameter,
};

export const CallListParameters = Type.Object(
  { ...filterParameters, ...pageParameters },
  { additionalProperties: false },
);
export type CallListParameters = Static<typeof CallListParameters>;

/** All that fulfil the filters, without pages. */
export const CallExportParameters = Type.Object(filterParameters, { additionalProperties: false });
export type CallExportParameters = Static<typeof CallExportParameters>;

/** What calls to list: instants in µs, spans in seconds, null = whatever it is. */
export type CallFilters = {
  readonly from: number | null;
  readonly to: number | null;
  readonly direction: (typeof directions)[number] | null;
  readonly state: (typeof states)[number] | null;
  readonly disposition: (typeof dispositions)[number] | null;
  readonly caller: string | null;
  readonly callee: string | null;
  readonly nativeId: string | null;
  readonly hasRecording: boolean | null;
  readonly minSeconds: number | null;
  readonly maxSeconds: number | null;
};

/** No filter at all. */
export const anyCall: CallFilters = {
  from: null,
  to: null,
  direction: null,
  state: null,
  disposition: null,
  caller: null,
  callee: null,
  nativeId: null,
  hasRecording: null,
  minSeconds: null,
  maxSeconds: null,
};

export const readCallFilters = (given: CallExportParameters): CallFilters => {
  const range = readTimeRange(given);
  const problems: Detail[] = [];
  const { min_duration: minSeconds = null, max_duration: maxSeconds = null } = given;
  if (minSeconds !== null && maxSeconds !== null && maxSeconds < minSeconds) {
    problems.push({ field: 'max_duration', message: 'must not be less than min_duration' });
  }
  if (problems.length > 0) throw invalid(problems);
  return {
    ...range,
    direction: given.direction ?? null,
    state: given.state ?? null,
    disposition: given.disposition ?? null,
    caller: readNumber(given.caller),
    callee: readNumber(given.callee),
    nativeId: given.native_id ?? null,
    hasRecording: given.has_recording ?? null,
    minSeconds,
    maxSeconds,
  };
};

/** An unencoded `+` in a URL arrives as a blank. */
const readNumber = (number: string | undefined): string | null => number?.replace(/^ (?=\d)/, '+') ?? null;

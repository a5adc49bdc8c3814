import { type Static, Type } from 'typebox';
import { pageParameters, sortParameter } from '../listing/page-request.ts';
import { readTimeRange, timeRangeParameters } from '../listing/time-range.ts';

/** What became of a recording; until that is known its call alone tells of it. */
export const statuses = ['available', 'absent', 'failed', 'deleted'] as const;
const directions = ['inbound', 'outbound', 'internal', 'unknown'] as const;

const text = (description: string, maxLength: number) =>
  Type.Optional(Type.String({ minLength: 1, maxLength, description }));

export const RecordingListParameters = Type.Object(
  {
    ...timeRangeParameters,
    direction: Type.Optional(Type.Enum([...directions])),
    extension: text('Extension that was recorded, exactly.', 100),
    call_id: text('Our id of the call, or the switch’s.', 300),
    status: Type.Optional(Type.Enum([...statuses])),
    min_duration: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 366 * 24 * 3600, description: 'Least `duration_seconds`, included.' }),
    ),
    sort: sortParameter,
    ...pageParameters,
  },
  { additionalProperties: false },
);
export type RecordingListParameters = Static<typeof RecordingListParameters>;

/** What recordings to list: instants in µs, null = whatever it is. */
export type RecordingFilters = {
  readonly from: number | null;
  readonly to: number | null;
  readonly direction: (typeof directions)[number] | null;
  readonly extension: string | null;
  readonly callId: string | null;
  readonly status: (typeof statuses)[number] | null;
  readonly minSeconds: number | null;
};

export const readRecordingFilters = (given: RecordingListParameters): RecordingFilters => ({
  ...readTimeRange(given),
  direction: given.direction ?? null,
  extension: given.extension ?? null,
  callId: given.call_id ?? null,
  status: given.status ?? null,
  minSeconds: given.min_duration ?? null,
});

import { type Static, Type } from 'typebox';
import { pageParameters, sortParameter } from '../listing/page-request.ts';
import { readTimeRange, timeRangeParameters } from '../listing/time-range.ts';

/** What has become of a refused record. */
export const statuses = ['open', 'redriving', 'redriven', 'refused_again', 'dismissed'] as const;
export type Status = (typeof statuses)[number];

export const recordFilters = {
  ...timeRangeParameters,
  code: Type.Optional(Type.String({ minLength: 1, maxLength: 100, description: 'Why it was refused.' })),
  stage: Type.Optional(Type.String({ minLength: 1, maxLength: 100, description: 'Who refused it.' })),
  switch_id: Type.Optional(Type.String({ minLength: 1, maxLength: 300 })),
};

const id = '[A-Za-z0-9_]{1,100}';

export const QuarantineListParameters = Type.Object(
  {
    ...recordFilters,
    ids: Type.Optional(
      Type.String({
        pattern: `^${id}(,${id}){0,99}$`,
        description: 'up to 100 ids, separated by commas',
      }),
    ),
    status: Type.Optional(Type.Enum([...statuses], { description: 'What has become of it.' })),
    sort: sortParameter,
    ...pageParameters,
  },
  { additionalProperties: false },
);
export type QuarantineListParameters = Static<typeof QuarantineListParameters>;

/** What refused records to list: instants in µs, null = whatever it is. */
export type QuarantineFilters = {
  readonly ids: readonly string[] | null;
  readonly from: number | null;
  readonly to: number | null;
  readonly code: string | null;
  readonly stage: string | null;
  readonly switchId: string | null;
  /** `unsettled`: nobody is at it, and it is neither redriven nor dismissed. */
  readonly status: Status | 'unsettled' | null;
};

type Given = Pick<QuarantineListParameters, keyof typeof recordFilters>;
type Chosen = Pick<QuarantineFilters, 'ids' | 'status'>;

export const readQuarantineFilters = (given: Given, chosen: Chosen): QuarantineFilters => ({
  ...chosen,
  ...readTimeRange(given),
  code: given.code ?? null,
  stage: given.stage ?? null,
  switchId: given.switch_id ?? null,
});

import { type Static, Type } from 'typebox';
import { pageParameters, sortParameter } from '../listing/page-request.ts';
import { readTimeRange, timeRangeParameters } from '../listing/time-range.ts';

export const QuarantineListParameters = Type.Object(
  {
    ...timeRangeParameters,
    code: Type.Optional(Type.String({ minLength: 1, maxLength: 100, description: 'Why it was refused.' })),
    switch_id: Type.Optional(Type.String({ minLength: 1, maxLength: 300 })),
    sort: sortParameter,
    ...pageParameters,
  },
  { additionalProperties: false },
);
export type QuarantineListParameters = Static<typeof QuarantineListParameters>;

/** What refused records to list: instants in µs, null = whatever it is. */
export type QuarantineFilters = {
  readonly from: number | null;
  readonly to: number | null;
  readonly code: string | null;
  readonly switchId: string | null;
};

export const readQuarantineFilters = (given: QuarantineListParameters): QuarantineFilters => ({
  ...readTimeRange(given),
  code: given.code ?? null,
  switchId: given.switch_id ?? null,
});

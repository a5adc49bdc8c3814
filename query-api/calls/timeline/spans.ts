import { microsFromIso } from '../../../schemas/event-json.ts';

/** A stretch of time, half-open, in µs. */
export type Span = { readonly from: number; readonly to: number };

/** An instant of a row, in µs. */
export const maybeMicros = (instant: string | null): number | null =>
  instant === null ? null : microsFromIso(instant);

/** A column's span, which has no end yet where it goes on. */
export const spanOf = ({ from, to }: { readonly from: string; readonly to: string | null }, until: number): Span => ({
  from: microsFromIso(from),
  to: maybeMicros(to) ?? until,
});

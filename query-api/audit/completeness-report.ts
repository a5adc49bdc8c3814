import { isoFromMicros } from '../../schemas/event-json.ts';
import { type GapFound, type HourFigure, mostGaps } from './completeness-queries.ts';

type Of<Figures extends string> = HourFigure & { readonly [Figure in Figures]: number };

/** What the tables say, each figure from another source. */
export type Figures = {
  readonly published: readonly (Of<'published' | 'numbered'> & { readonly as_of: string })[];
  readonly distinct: readonly Of<'distinct'>[];
  readonly earlier: readonly Of<'earlier'>[];
  readonly accepted: readonly Of<'accepted'>[];
  readonly waiting: readonly Of<'waiting'>[];
  readonly quarantined: readonly Of<'quarantined' | 'unsettled' | 'unnumbered'>[];
  readonly gaps: readonly GapFound[];
  readonly adapterGaps: readonly GapFound[];
};

export type Gap = {
  readonly boot_id: string;
  readonly from_seq: number;
  readonly to_seq: number;
  readonly missing: number;
  /** Found in the numbers themselves, or told by an adapter. */
  readonly told_by: 'sequence' | 'adapter';
};

export type Counts = {
  readonly published: number;
  readonly accepted: number;
  readonly duplicate: number;
  readonly quarantined: number;
  readonly waiting: number;
  /** published − accepted − duplicate − quarantined − waiting: 0 unless something is under way, or lost. */
  readonly unaccounted: number;
  readonly missing: number;
  readonly quarantined_unsettled: number;
  readonly quarantined_unnumbered: number;
};

export type Hour = Counts & {
  readonly switch_id: string;
  readonly hour: string;
  readonly gaps: readonly Gap[];
  readonly numbered: boolean;
  /** Counted within the last seconds: the tables are that far apart, so what does not add up is under way, not lost. */
  readonly under_way: boolean;
  readonly complete: boolean | null;
};

export type Report = {
  readonly hours: readonly Hour[];
  readonly totals: Counts;
  readonly gaps_truncated: boolean;
  /** When the log was last counted; null where nothing was. */
  readonly as_of: string | null;
};

const keyOf = ({ hour, switch_id }: HourFigure): string => `${String(hour).padStart(12, '0')} ${switch_id}`;

/** The tables are written one after another; within this time they agree. */
const settledMs = 15_000;

/** Puts the figures of each switch and hour, read at `nowMs`, together and checks them against each other. */
export const toReport = (figures: Figures, nowMs: number): Report => {
  const places = new Map<string, HourFigure>();
  const { gaps, adapterGaps, ...counted } = figures;
  for (const list of Object.values(counted)) for (const figure of list) places.set(keyOf(figure), figure);
  for (const gap of [...gaps, ...adapterGaps]) places.set(keyOf(gap), gap);
  const index = indexed(figures);
  const named = Map.groupBy(
    [...gaps.map((gap) => toGap(gap, 'sequence')), ...adapterGaps.map((gap) => toGap(gap, 'adapter'))],
    ({ key }) => key,
  );
  const hours = [...places]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, place]) =>
      toHour(
        key,
        place,
        index,
        nowMs,
        (named.get(key) ?? []).map(({ gap }) => gap),
      ),
    );
  return {
    hours,
    totals: totalsOf(hours),
    gaps_truncated: gaps.length > mostGaps || adapterGaps.length > mostGaps,
    as_of: figures.published
      .map(({ as_of }) => as_of)
      .reduce<string | null>((a, b) => (a !== null && a > b ? a : b), null),
  };
};

const indexed = (figures: Figures) => ({
  published: byKey(figures.published),
  distinct: byKey(figures.distinct),
  earlier: byKey(figures.earlier),
  accepted: byKey(figures.accepted),
  waiting: byKey(figures.waiting),
  quarantined: byKey(figures.quarantined),
});

const byKey = <Row extends HourFigure>(rows: readonly Row[]): ReadonlyMap<string, Row> =>
  new Map(rows.map((row) => [keyOf(row), row]));

const toHour = (
  key: string,
  { switch_id, hour }: HourFigure,
  figures: ReturnType<typeof indexed>,
  nowMs: number,
  gaps: readonly Gap[],
): Hour => {
  const { published = 0, numbered = 0, as_of = '' } = figures.published.get(key) ?? {};
  const underWay = nowMs - Date.parse(as_of) < settledMs;
  const { quarantined = 0, unsettled = 0, unnumbered = 0 } = figures.quarantined.get(key) ?? {};
  const accepted = figures.accepted.get(key)?.accepted ?? 0;
  const waiting = figures.waiting.get(key)?.waiting ?? 0;
  const first = (figures.distinct.get(key)?.distinct ?? 0) - (figures.earlier.get(key)?.earlier ?? 0);
  const counts = {
    published,
    accepted,
    duplicate: published - first,
    quarantined,
    waiting,
    unaccounted: first - accepted - quarantined - waiting,
    missing: gaps.reduce((sum, { missing }) => sum + missing, 0),
    quarantined_unsettled: unsettled,
    quarantined_unnumbered: unnumbered,
  };
  return {
    switch_id,
    hour: isoFromMicros(hour * 1_000_000),
    ...counts,
    gaps,
    numbered: numbered > 0,
    under_way: underWay,
    complete: completeness(counts, numbered > 0, underWay),
  };
};

/** What is known to be missing makes it incomplete; that nothing is missing only numbers can say. */
const completeness = (counts: Counts, isNumbered: boolean, isUnderWay: boolean): boolean | null => {
  const { unaccounted, waiting, missing, quarantined_unsettled } = counts;
  if (missing > 0 || quarantined_unsettled > 0) return false;
  if (unaccounted !== 0 || waiting > 0) return isUnderWay ? null : false;
  return isNumbered ? true : null;
};

const toGap = (found: GapFound, toldBy: Gap['told_by']): { readonly key: string; readonly gap: Gap } => {
  const { boot_id, from_seq, to_seq } = found;
  return { key: keyOf(found), gap: { boot_id, from_seq, to_seq, missing: to_seq - from_seq + 1, told_by: toldBy } };
};

const totalsOf = (hours: readonly Counts[]): Counts => {
  const sum = (name: keyof Counts): number => hours.reduce((total, hour) => total + hour[name], 0);
  return {
    published: sum('published'),
    accepted: sum('accepted'),
    duplicate: sum('duplicate'),
    quarantined: sum('quarantined'),
    waiting: sum('waiting'),
    unaccounted: sum('unaccounted'),
    missing: sum('missing'),
    quarantined_unsettled: sum('quarantined_unsettled'),
    quarantined_unnumbered: sum('quarantined_unnumbered'),
  };
};

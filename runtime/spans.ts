/** A stretch of time, half-open, in µs; never negative. */
export type Span = { readonly from: number; readonly to: number };

/** The span, or none where it would be negative. */
export const span = (from: number, to: number): Span[] => (to >= from ? [{ from, to }] : []);

/** The same time as spans that neither touch nor overlap, in order. An empty span stays only where no other holds it. */
export const union = (spans: readonly Span[]): Span[] => {
  if (spans.length < 2) return [...spans];
  const sorted = [...spans].sort((a, b) => a.from - b.from || a.to - b.to);
  const merged: { from: number; to: number }[] = [];
  for (const { from, to } of sorted) {
    const last = merged.at(-1);
    if (last !== undefined && from <= last.to) last.to = Math.max(last.to, to);
    else merged.push({ from, to });
  }
  return merged;
};

/** Time in both; each side as `union` gives it. */
export const intersect = (some: readonly Span[], others: readonly Span[]): Span[] => {
  const common: Span[] = [];
  let at = 0;
  for (const { from, to } of some) {
    while (at < others.length && (others[at] as Span).to < from) at += 1;
    for (let next = at; next < others.length && (others[next] as Span).from <= to; next += 1) {
      const other = others[next] as Span;
      common.push({ from: Math.max(from, other.from), to: Math.min(to, other.to) });
    }
  }
  return common;
};

/** Time in the first and not in the second; each side as `union` gives it. */
export const subtract = (spans: readonly Span[], holes: readonly Span[]): Span[] => {
  if (holes.length === 0) return [...spans];
  const left: Span[] = [];
  let at = 0;
  for (const { from, to } of spans) {
    let start = from;
    while (at < holes.length && (holes[at] as Span).to <= start) at += 1;
    for (let next = at; next < holes.length && (holes[next] as Span).from < to; next += 1) {
      const hole = holes[next] as Span;
      if (hole.from > start) left.push({ from: start, to: hole.from });
      start = Math.max(start, hole.to);
    }
    if (start < to) left.push({ from: start, to });
  }
  return left;
};

/** The part of each span that lies within the limits. */
export const clip = (spans: readonly Span[], from: number, to: number): Span[] =>
  spans.flatMap((one) => span(Math.max(one.from, from), Math.min(one.to, to)));

/** Microseconds in whole milliseconds, rounded, never below 0. */
export const toMs = (us: number): number => Math.max(0, Math.round(us / 1000));

/** Length in ms of spans as `union` gives them, rounded once. */
export const totalMs = (spans: readonly Span[]): number => {
  let us = 0;
  for (const { from, to } of spans) us += to - from;
  return toMs(us);
};

/** A time on hold in µs; null where it lasted to the end. */
export type HoldSpan = { fromUs: number; toUs: number | null };

/** The variable `hold_events`: `{{from,to},{from,to}}`, µs, `to` 0 while the hold lasts. */
export const holdSpans = (text: string): HoldSpan[] => {
  const spans: HoldSpan[] = [];
  for (const [, from, to] of text.slice(0, maxLength).matchAll(/\{(\d{1,16}),(\d{1,16})\}/g)) {
    const fromUs = Number(from);
    const toUs = Number(to);
    spans.push({ fromUs, toUs: toUs >= fromUs ? toUs : null });
  }
  return spans;
};

/** Some hundred spans: more is no phone call. */
const maxLength = 16_384;

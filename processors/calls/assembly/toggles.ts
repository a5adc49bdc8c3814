export type OpenSpan = {
  from: number;
  to: number | null;
  /** The event that began it. */
  eventId: string;
};

/** Something that is on or off over time, told by events in the order of time. */
export type Toggle = {
  readonly spans: OpenSpan[];
  /** Instant at which it was switched on while it was on. */
  againAt: number | null;
};

export const newToggle = (): Toggle => ({ spans: [], againAt: null });

const isOn = ({ spans }: Toggle): boolean => spans.at(-1)?.to === null;

export const switchOn = (toggle: Toggle, at: number, eventId: string): void => {
  if (!isOn(toggle)) toggle.spans.push({ from: at, to: null, eventId });
  else if (at > (toggle.spans.at(-1) as OpenSpan).from) toggle.againAt = at;
};

/** Off and on again at one instant leaves it on, whichever of the two was told first. */
export const switchOff = (toggle: Toggle, at: number): void => {
  const last = toggle.spans.at(-1);
  if (last === undefined || last.to !== null) return;
  if (toggle.againAt === at) toggle.againAt = null;
  else last.to = at;
};

/** Estimates how far a switch's clock is ahead of ours, from the times in its events and when these came. */
export type ClockOffset = {
  /** Takes note of an event that the switch made at `stampUs` and that came at `receivedAtUs`. */
  note: (stampUs: number, receivedAtUs: number) => void;
  /** Switch minus ours, µs; 0 before the first event. */
  us: () => number;
};

const windowUs = 30 * 60 * 1_000_000;

/**
 * Of all events of the last half to whole hour the one that came the soonest tells: an event is never received before
 * it is made, and mostly right after.
 */
export const createClockOffset = (): ClockOffset => {
  let windowEndsUs = 0;
  let current = Number.NEGATIVE_INFINITY;
  let previous = Number.NEGATIVE_INFINITY;
  return {
    note: (stampUs, receivedAtUs) => {
      if (receivedAtUs >= windowEndsUs) {
        windowEndsUs = receivedAtUs + windowUs;
        previous = current;
        current = Number.NEGATIVE_INFINITY;
      }
      current = Math.max(current, stampUs - receivedAtUs);
    },
    us: () => {
      const soonest = Math.max(current, previous);
      return Number.isFinite(soonest) ? soonest : 0;
    },
  };
};

import type { SimulatedCall } from './call-centre.ts';
import type { TimedEvent } from './simulated-switch.ts';

/** Something that is due at an instant: an event to tell, or a recording to upload. */
export type Due = { atUs: number } & ({ event: TimedEvent['event'] } | { upload: SimulatedCall });

/** What is still to happen, handed out in the order of time. */
export type Timeline = {
  /** Adds what a call has after an instant. */
  add: (call: SimulatedCall, afterUs: number) => void;
  /** Takes out what is due by an instant. */
  take: (untilUs: number) => readonly Due[];
};

export const createTimeline = (): Timeline => {
  let pending: Due[] = [];
  let isSorted = true;
  return {
    add: (call, afterUs) => {
      for (const due of duesOf(call)) if (due.atUs > afterUs) pending.push(due);
      isSorted = false;
    },
    take: (untilUs) => {
      if (!isSorted) pending.sort((a, b) => a.atUs - b.atUs);
      isSorted = true;
      const firstLater = pending.findIndex((due) => due.atUs > untilUs);
      const count = firstLater === -1 ? pending.length : firstLater;
      const due = pending.slice(0, count);
      pending = pending.slice(count);
      return due;
    },
  };
};

const duesOf = (call: SimulatedCall): readonly Due[] => [
  ...call.events,
  ...(call.recording === null ? [] : [{ atUs: call.recording.atUs, upload: call }]),
];

import type { Gap } from '../position.ts';

// mod_event_socket keeps 100,000 events for a listener that does not read (MAX_QUEUE_LEN). What comes then is lost to
// it, up to 500 events without a word; after that it is cut off. How full that queue was when an event was made can be
// told afterwards: all events that we read between that moment and the event itself were in it.

const sampleEveryUs = 250_000;
const keepUs = 15 * 60 * 1_000_000;
/** Less than the 100,000, since moments are known to a quarter of a second only. */
const fullFrom = 90_000;
/** One event that was sent long after it was made says nothing of the others. */
const fewestEvents = 1000;

type Sample = { readonly atUs: number; readonly read: number };
type Numbered = { readonly seq: number; readonly atUs: number };

export type Backlog = {
  /**
   * Takes note of an event read: `madeAtUs` by our clock. Gives the gap that has just ended, where the switch's queue
   * had been full and events may be missing.
   */
  read: (event: Numbered, madeAtUs: number, nowUs: number) => Gap | null;
};

export const createBacklog = (): Backlog => {
  const samples: Sample[] = [];
  let read = 0;
  let full: { readonly from: Numbered; readonly events: number } | null = null;

  const readBefore = (atUs: number): number => samples.findLast((sample) => sample.atUs <= atUs)?.read ?? 0;

  return {
    read: (event, madeAtUs, nowUs) => {
      const last = samples.at(-1);
      if (last === undefined || nowUs - last.atUs >= sampleEveryUs) samples.push({ atUs: nowUs, read });
      while ((samples[0]?.atUs ?? nowUs) < nowUs - keepUs) samples.shift();
      read += 1;
      if (read - readBefore(madeAtUs) >= fullFrom) {
        full = { from: full?.from ?? event, events: (full?.events ?? 0) + 1 };
        return null;
      }
      if (full === null) return null;
      const { from, events } = full;
      full = null;
      if (events < fewestEvents) return null;
      return {
        fromSeq: from.seq,
        toSeq: event.seq,
        reason: 'switch_queue_full',
        fromAtUs: from.atUs,
        toAtUs: event.atUs,
      };
    },
  };
};

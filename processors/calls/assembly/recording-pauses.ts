import type { PauseRow } from '../../../schemas/call-row.ts';

/** More pauses than this in one recording are a fault of a switch. */
const maxPauses = 500;

/** A recording that is paused while it is paused goes on being paused; the first reason holds, unless it was empty. */
export const pauseAt = (pauses: PauseRow[], at: number, reason: string): void => {
  const last = pauses.at(-1);
  if (last !== undefined && last.to === null) last.reason ||= reason;
  else if (pauses.length < maxPauses) pauses.push({ from: at, to: null, reason });
};

export const resumeAt = (pauses: PauseRow[], at: number): void => {
  const last = pauses.at(-1);
  if (last !== undefined) last.to ??= at;
};

/** The pauses as far as the recording went on; one that was never resumed ends with it. */
export const pausesUntil = (pauses: readonly PauseRow[], endedAt: number | null): PauseRow[] =>
  endedAt === null
    ? [...pauses]
    : pauses.flatMap(({ from, to, reason }) =>
        from > endedAt ? [] : [{ from, to: Math.min(to ?? endedAt, endedAt), reason }],
      );

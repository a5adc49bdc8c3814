/** How far a switch was read: the boot, and the highest number of its events with the event's own time (µs). */
export type Position = { readonly bootId: string; readonly seq: number; readonly atUs: number };

/** Numbers that were not seen, or not for certain, and when that was (µs). */
export type Gap = {
  readonly fromSeq: number;
  readonly toSeq: number;
  readonly reason: string;
  readonly fromAtUs: number | null;
  readonly toAtUs: number;
};

export type Met = { readonly position: Position; readonly hasBooted: boolean; readonly gap: Gap | null };

/**
 * What the number of an event says. FreeSWITCH draws it when an event is made, and makes many that it never sends, so
 * numbers left out while the connection stands mean nothing. Those between two connections are what nobody heard.
 */
export const meet = (before: Position | null, event: Position, isFirstOfConnection: boolean): Met => {
  if (before === null) return { position: event, hasBooted: true, gap: null };
  if (before.bootId !== event.bootId)
    return { position: event, hasBooted: true, gap: gapBetween({ ...before, seq: 0 }, event, 'switch_restarted') };
  const position = event.seq > before.seq ? event : before;
  return { position, hasBooted: false, gap: isFirstOfConnection ? gapBetween(before, event, 'disconnected') : null };
};

const gapBetween = (before: Position, event: Position, reason: string): Gap | null =>
  event.seq <= before.seq + 1
    ? null
    : { fromSeq: before.seq + 1, toSeq: event.seq - 1, reason, fromAtUs: before.atUs, toAtUs: event.atUs };

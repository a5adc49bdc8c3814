/**
 * How far a switch was read: its boot, the highest number of an event (null where it numbers none), and the event's own
 * time (µs).
 */
export type Position = { readonly bootId: string; readonly seq: number | null; readonly atUs: number };

/** Numbers that were not seen, or not for certain, 0 where there are none; and when that was (µs). */
export type Gap = {
  readonly fromSeq: number;
  readonly toSeq: number;
  readonly reason: string;
  readonly fromAtUs: number | null;
  readonly toAtUs: number;
};

export type Met = { readonly position: Position; readonly hasBooted: boolean; readonly gap: Gap | null };

/**
 * What the number of an event says. Numbers left out while the connection stands mean nothing: switches draw some that
 * they never send. Those between two connections are what nobody heard.
 */
export const meet = (before: Position | null, event: Position, isFirstOfConnection: boolean): Met => {
  if (before === null) return { position: event, hasBooted: true, gap: null };
  if (before.bootId !== event.bootId) {
    const unheard = { ...before, seq: event.seq === null ? null : 0 };
    return { position: event, hasBooted: true, gap: gapBetween(unheard, event, 'switch_restarted') };
  }
  const position = isBehind(event, before) ? before : event;
  return { position, hasBooted: false, gap: isFirstOfConnection ? gapBetween(before, event, 'disconnected') : null };
};

const isBehind = (event: Position, before: Position): boolean => {
  if (event.seq !== null) return before.seq !== null && event.seq < before.seq;
  return event.atUs < before.atUs;
};

const gapBetween = (before: Position, event: Position, reason: string): Gap | null => {
  const times = { reason, fromAtUs: before.atUs, toAtUs: event.atUs };
  if (before.seq === null || event.seq === null) return { fromSeq: 0, toSeq: 0, ...times };
  return event.seq <= before.seq + 1 ? null : { fromSeq: before.seq + 1, toSeq: event.seq - 1, ...times };
};

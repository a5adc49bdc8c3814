/** Numbers that depend on the seed alone (mulberry32), so that a failing schedule can be run again. */
export type Random = {
  /** An integer from 0 to `below` − 1. */
  readonly next: (below: number) => number;
  readonly pick: <Item>(items: readonly Item[]) => Item;
  readonly chance: (percent: number) => boolean;
  readonly shuffle: <Item>(items: readonly Item[]) => Item[];
};

export const createRandom = (seed: number): Random => {
  let state = seed | 0;
  const next = (below: number): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
  return {
    next,
    pick: <Item>(items: readonly Item[]) => items[next(items.length)] as Item,
    chance: (percent) => next(100) < percent,
    shuffle: <Item>(items: readonly Item[]) => {
      const shuffled = [...items];
      for (let at = shuffled.length - 1; at > 0; at -= 1) {
        const other = next(at + 1);
        [shuffled[at], shuffled[other]] = [shuffled[other] as Item, shuffled[at] as Item];
      }
      return shuffled;
    },
  };
};

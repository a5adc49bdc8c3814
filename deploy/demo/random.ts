import { hash } from 'node:crypto';

/** Random choices that a seed decides: the same seed gives the same choices for ever. */
export type Random = {
  /** From 0 up to, not including, 1. */
  next: () => number;
  /** A whole number, both bounds included. */
  integer: (min: number, max: number) => number;
  chance: (probability: number) => boolean;
  pick: <Item>(items: readonly Item[]) => Item;
  shuffled: <Item>(items: readonly Item[]) => Item[];
  /** One of the keys, as likely as its weight says. */
  weighted: <Key extends string>(weights: Readonly<Record<Key, number>>) => Key;
  /** Whole ms around a median; long ones are rare. */
  spanMs: (medianMs: number, minMs: number, maxMs: number) => number;
  /** UUID of version 4. */
  uuid: () => string;
};

export const createRandom = (seed: string): Random => {
  const next = sfc32(hash('sha256', seed, 'buffer'));
  const integer = (min: number, max: number): number => min + Math.floor(next() * (max - min + 1));
  return {
    next,
    integer,
    chance: (probability) => next() < probability,
    pick: <Item>(items: readonly Item[]) => items[integer(0, items.length - 1)] as Item,
    shuffled: <Item>(items: readonly Item[]) => {
      const drawn = items.map((item) => ({ item, order: next() }));
      return drawn.sort((a, b) => a.order - b.order).map(({ item }) => item);
    },
    weighted: (weights) => weighted(weights, next()),
    spanMs: (medianMs, minMs, maxMs) => {
      const gaussian = Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
      return Math.round(Math.min(maxMs, Math.max(minMs, medianMs * Math.exp(0.8 * gaussian))));
    },
    uuid: () => {
      const hex = Array.from({ length: 4 }, () =>
        Math.floor(next() * 2 ** 32)
          .toString(16)
          .padStart(8, '0'),
      ).join('');
      const variant = '89ab'[integer(0, 3)];
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
    },
  };
};

const weighted = <Key extends string>(weights: Readonly<Record<Key, number>>, point: number): Key => {
  const entries = Object.entries(weights) as [Key, number][];
  let left = point * entries.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [key, weight] of entries) {
    left -= weight;
    if (left < 0) return key;
  }
  return (entries.at(-1) as [Key, number])[0];
};

/** The generator sfc32 of Chris Doty-Humphrey's PractRand: 128 bits of state, fast, well tested. */
const sfc32 = (seed: Buffer): (() => number) => {
  let [a, b, c, d] = [seed.readUInt32LE(0), seed.readUInt32LE(4), seed.readUInt32LE(8), 1];
  const next = (): number => {
    const sum = (a + b + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
  for (let round = 0; round < 12; round++) next();
  return next;
};

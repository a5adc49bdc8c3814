import type { Rejection } from '../schemas/rejections.ts';

/** A record of a text and the bytes it stands in, or why none can be read there. */
export type TextRecord = { start: number; end: number } & ({ value: unknown } | { rejection: Rejection });

/** How the records of a dialect stand in a text. */
export type TextForm = {
  /** Content types under which it is sent; the first is the one that we name. */
  contentTypes: readonly [string, ...string[]];
  split: (body: Buffer) => TextRecord[];
  /** What must stand before the records for them to be understood, such as a line with the names of columns. */
  head?: (body: Buffer) => string;
};

const through = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, at) => first + at);

/** The numbers of the edge cases that tests of this folder show, each in one test or suite named `case N: …`. */
export const claimedCases: readonly number[] = [
  // Shapes of calls.
  ...through(1, 25),
  ...through(42, 46),
  ...through(64, 70),
  // Queues, crashes, clocks, recordings, texts.
  ...through(26, 41),
  ...through(47, 63),
  ...through(71, 96),
];

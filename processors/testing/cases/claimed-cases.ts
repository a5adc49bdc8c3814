const through = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, at) => first + at);

/** The numbers of the edge cases that tests of this folder show, each in one test or suite named `case N: …`. */
export const claimedCases: readonly number[] = [...through(1, 12), ...through(15, 17), ...through(26, 36), 68];

import { percentDecoded } from '../percent-decoding.ts';
import { countOf, instantOf, textOf } from './headers.ts';

/** Channel variables of a CDR, which mod_json_cdr percent-encodes unless told otherwise. */
export type CdrVariables = {
  /** Empty where the variable is not set. */
  text: (name: string) => string;
  /** µs; null where the variable says never or is not set, NaN where it is no whole number. */
  instant: (name: string) => number | null;
  count: (name: string) => number | null;
};

export const cdrVariables = (variables: unknown): CdrVariables => {
  const set = typeof variables === 'object' && variables !== null ? (variables as Record<string, unknown>) : {};
  return {
    text: (name) => percentDecoded(textOf(set, name)),
    instant: (name) => instantOf(set, name),
    count: (name) => countOf(set, name),
  };
};

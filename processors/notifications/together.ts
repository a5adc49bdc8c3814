import { type CallRef, refOf } from '../calls/call-ref.ts';
import type { Glance } from './look.ts';
import type { CallIdentity } from '../calls/assembly/identity.ts';
import type { NotificationStores } from './ports.ts';

// What the batches of several partitions ask at one time is asked in one query: when it is quiet each asks for few calls.

/** Calls that are looked at together; the keys of more make a query dear. */
export const callsAtOnce = 1000;

/** Cuts glances into groups of at most `callsAtOnce` calls each, in their order. */
export const groupsOf = (glances: readonly Glance[]): Glance[][] => {
  const groups: Glance[][] = [];
  let calls = Number.POSITIVE_INFINITY;
  for (const glance of glances) {
    calls += glance.calls.length;
    if (calls > callsAtOnce) {
      groups.push([]);
      calls = glance.calls.length;
    }
    groups.at(-1)?.push(glance);
  }
  return groups;
};

/** Finds the calls of each list of keys. */
export const findTogether = async (
  asked: readonly (readonly CallRef[])[],
  { find }: Pick<NotificationStores, 'find'>,
): Promise<CallIdentity[][]> => {
  const refs = new Map(asked.flat().map((ref) => [refOf(ref), ref]));
  const found = new Map((await find([...refs.values()])).map((call) => [refOf(call), call]));
  return asked.map((own) => own.flatMap((ref) => found.get(refOf(ref)) ?? []));
};

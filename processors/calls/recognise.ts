import { type CallIdentity, identityOf } from './assembly/identity.ts';
import { fromRef, refOf } from './call-ref.ts';
import type { Arrived } from './intake.ts';
import type { OpenCalls } from './open-calls.ts';
import type { AnchorStore } from './ports.ts';

export type Recognised = {
  /** Calls whose anchor is decided, by their refs. */
  readonly known: ReadonlyMap<string, CallIdentity>;
  /** Refs of calls that this process has not dealt with: events may wait for them. */
  readonly unseen: ReadonlySet<string>;
};

/** Looks up whose events these are: in memory, else in the table of anchors. */
export const recognise = async (
  arrived: readonly Arrived[],
  anchors: AnchorStore,
  memory: OpenCalls,
): Promise<Recognised> => {
  const known = new Map<string, CallIdentity>();
  const unseen = new Set<string>();
  for (const { ref } of arrived) {
    if (known.has(ref) || unseen.has(ref)) continue;
    const identity = memory.identityOf(ref);
    if (identity === undefined) unseen.add(ref);
    else known.set(ref, identity);
  }
  for (const [ref, identity] of await findCalls(unseen, anchors)) known.set(ref, identity);
  return { known, unseen };
};

/** The calls among these whose anchor is in the table. */
export const findCalls = async (
  refs: ReadonlySet<string>,
  anchors: Pick<AnchorStore, 'find'>,
): Promise<Map<string, CallIdentity>> => {
  if (refs.size === 0) return new Map();
  const rows = await anchors.find([...refs].map(fromRef));
  return new Map(rows.map((row) => [refOf(row), identityOf(row, row.call_started_at)]));
};

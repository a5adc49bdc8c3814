import type { RecordBatch } from '../../runtime/kafka.ts';
import { type Anchored, type AnchorPlan, planAnchors } from './anchoring.ts';
import { assembleDirty } from './assemble-dirty.ts';
import { type CallRef, refOf } from './call-ref.ts';
import { type Arrived, deadLetter, takeIn } from './intake.ts';
import type { OpenCalls } from './open-calls.ts';
import type { CycleStores } from './ports.ts';
import { toEventRow, toJoined, toWaitingRow } from './rows-of-events.ts';
import { gather } from './touched-calls.ts';

export type CycleReport = {
  readonly events: number;
  readonly ignored: number;
  readonly calls: number;
  readonly recordings: number;
  /** Events that wait for their call's anchor, and events that waited and joined it. */
  readonly waiting: number;
  readonly joined: number;
  /** Codes of the dead letters written. */
  readonly rejected: readonly string[];
};

/**
 * Takes the batches of some partitions from the log into the tables. When it resolves, every event is kept, every
 * call they touched has its row, and the batches may be committed. Doing it again, in part or with other batch
 * boundaries, changes nothing: docs/decisions/0001-what-the-log-and-tables-hold.md has the argument, and
 * processors/testing/topology.test.ts the proof by trial.
 */
export const runCycle = async (
  batches: readonly RecordBatch[],
  stores: CycleStores,
  memory: OpenCalls,
  nowMs: number,
): Promise<CycleReport> => {
  const intake = takeIn(batches);
  const anchors = await findAnchors(intake.arrived, stores, memory);
  const plan = planAnchors(intake.arrived, anchors.known);
  const letters = [...intake.refused, ...plan.conflicts.map(conflictLetter)];

  // Raw first: what is read below must hold everything of these batches.
  const [, joined] = await Promise.all([
    insertEvents(plan.anchored, stores),
    insertAnchorsAndJoin(plan, anchors, stores),
    letters.length > 0 ? stores.deadLetters.publish(letters) : undefined,
  ]);

  const decided = new Set(plan.decided.map(refOf));
  await gather([...plan.anchored, ...joined], decided, stores.calls, memory);
  const { calls, recordings, failures } = assembleDirty(memory, nowMs);
  await Promise.all([
    calls.length > 0 ? stores.calls.insertCalls(calls) : undefined,
    recordings.length > 0 ? stores.calls.insertRecordings(recordings) : undefined,
    failures.length > 0 ? stores.deadLetters.publish(failures) : undefined,
  ]);
  for (const { event, anchor } of plan.anchored) memory.setAnchor(refOf(event), anchor);
  memory.trim(nowMs);
  return {
    events: intake.arrived.length,
    ignored: intake.ignored,
    calls: calls.length,
    recordings: recordings.length,
    waiting: plan.waiting.length,
    joined: joined.length,
    rejected: [...letters, ...failures].map(({ code }) => code),
  };
};

type KnownAnchors = {
  readonly known: ReadonlyMap<string, number>;
  /** Calls that this process has not dealt with: events may wait for them. */
  readonly unseen: ReadonlyMap<string, CallRef>;
};

const findAnchors = async (
  arrived: readonly Arrived[],
  { anchors }: CycleStores,
  memory: OpenCalls,
): Promise<KnownAnchors> => {
  const known = new Map<string, number>();
  const unseen = new Map<string, CallRef>();
  for (const { event } of arrived) {
    const ref = refOf(event);
    if (known.has(ref) || unseen.has(ref)) continue;
    const anchor = memory.anchorOf(ref);
    if (anchor === undefined) unseen.set(ref, { tenant_id: event.tenant_id, call_key: event.call_key });
    else known.set(ref, anchor);
  }
  if (unseen.size > 0) {
    for (const row of await anchors.find([...unseen.values()])) known.set(refOf(row), row.call_started_at);
  }
  return { known, unseen };
};

const conflictLetter = (one: Anchored): ReturnType<typeof deadLetter> => {
  const message = `call_started_at is ${one.event.call_started_at} µs, but the call is known to begin at ${one.anchor} µs`;
  return deadLetter(one.event, { code: 'ANCHOR_CONFLICT', message, field: 'call_started_at' }, one);
};

const insertEvents = async (events: readonly Anchored[], { calls }: CycleStores): Promise<void> => {
  if (events.length > 0) await calls.insertEvents(events.map(toEventRow));
};

/**
 * Writes the anchors, then looks for events that wait for them; writes the events that wait, then looks for their
 * anchors. Of two processes that hold one call's parts, each writes before it looks, so one of them sees both.
 */
const insertAnchorsAndJoin = async (
  plan: AnchorPlan,
  anchors: KnownAnchors,
  stores: CycleStores,
): Promise<readonly Anchored[]> => {
  const found = await Promise.all([joinWaiting(plan, anchors, stores), keepWaiting(plan.waiting, stores)]);
  const joined = found.flat();
  await insertEvents(joined, stores);
  return joined;
};

const joinWaiting = async (
  { decided }: AnchorPlan,
  { known, unseen }: KnownAnchors,
  { anchors, waiting }: CycleStores,
): Promise<Anchored[]> => {
  if (decided.length > 0) await anchors.insert(decided);
  const anchorOf = new Map(decided.map((row) => [refOf(row), row.call_started_at]));
  for (const ref of unseen.keys()) {
    const anchor = known.get(ref);
    if (anchor !== undefined) anchorOf.set(ref, anchor);
  }
  const refs = [...unseen].filter(([ref]) => anchorOf.has(ref)).map(([, names]) => names);
  if (refs.length === 0) return [];
  return (await waiting.find(refs)).map((row) => toJoined(row, anchorOf.get(refOf(row)) as number));
};

const keepWaiting = async (arrived: readonly Arrived[], { anchors, waiting }: CycleStores): Promise<Anchored[]> => {
  if (arrived.length === 0) return [];
  await waiting.insert(arrived.map(toWaitingRow));
  const refs = new Map(arrived.map(({ event }) => [refOf(event), event]));
  const rows = await anchors.find([...refs.values()]);
  const anchorOf = new Map(rows.map((row) => [refOf(row), row.call_started_at]));
  return arrived.flatMap((one) => {
    const anchor = anchorOf.get(refOf(one.event));
    return anchor === undefined ? [] : [{ ...one, anchor }];
  });
};

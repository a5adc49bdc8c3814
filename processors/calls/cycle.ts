import type { RecordBatch } from '../../runtime/kafka.ts';
import type { CallRow } from '../../schemas/call-row.ts';
import type { DeadLetter } from '../../schemas/dead-letters.ts';
import { isoFromMicros } from '../../schemas/event-json.ts';
import { signsOf } from '../switch-signs.ts';
import { type Anchored, type AnchorPlan, planAnchors } from './anchoring.ts';
import { assembleTouched } from './assemble-touched.ts';
import type { CallIdentity } from './assembly/identity.ts';
import { refOf } from './call-ref.ts';
import { settleDisputes } from './disputed-anchors.ts';
import { type Arrived, refusedEvent, takeIn } from './intake.ts';
import { findGroups } from './linked-calls.ts';
import type { OpenCall, OpenCalls } from './open-calls.ts';
import type { CycleStores } from './ports.ts';
import { type Recognised, recognise } from './recognise.ts';
import { toAnchorRow, toEventRow, toJoined } from './rows-of-events.ts';
import { gather } from './touched-calls.ts';
import { keepWaiting } from './waiting-events.ts';

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
  const seen = await recognise(intake.arrived, stores.anchors, memory);
  const plan = planAnchors(intake.arrived, seen.known);
  const { joining, conflicts } = await settleDisputes(plan, stores.calls, memory);
  const anchored = [...plan.anchored, ...joining];
  const letters = [...intake.refused, ...conflicts.map(conflictLetter)];

  // Raw first: what is read below must hold everything of these batches.
  const [, joined] = await Promise.all([
    insertEvents(anchored, stores),
    insertAnchorsAndJoin(plan, seen, stores),
    insertSigns(intake.arrived, stores),
    letters.length > 0 ? stores.deadLetters.publish(letters) : undefined,
  ]);

  await gather([...anchored, ...joined], plan.begun, stores.calls, memory);
  const touched = memory.takeTouched();
  const { calls, recordings, failures } = assembleTouched(touched, await findGroups(touched, stores, memory));
  await Promise.all([
    calls.length > 0 ? stores.calls.insertCalls(calls) : undefined,
    recordings.length > 0 ? stores.calls.insertRecordings(recordings) : undefined,
    failures.length > 0 ? stores.deadLetters.publish(failures) : undefined,
  ]);
  for (const { ref, identity } of anchored) memory.recognise(ref, identity);
  settle(touched, calls, memory, nowMs);
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

/** An ended call is soon let go of. */
const settle = (
  touched: ReadonlyMap<string, OpenCall>,
  rows: readonly CallRow[],
  memory: OpenCalls,
  nowMs: number,
): void => {
  const active = new Set(rows.filter(({ state }) => state === 'active').map(({ call_id }) => call_id));
  for (const [ref, call] of touched) memory.settle(ref, call, active.has(call.identity.call_id) ? null : nowMs);
};

const conflictLetter = (one: Anchored): DeadLetter => {
  const told = isoFromMicros(one.event.call_started_at ?? one.event.occurred_at);
  const message = `call_started_at is ${told}, but the call is known to begin at ${isoFromMicros(one.identity.call_started_at)}`;
  return refusedEvent({ code: 'ANCHOR_CONFLICT', message, field: 'call_started_at' }, one);
};

const insertEvents = async (events: readonly Anchored[], { calls }: CycleStores): Promise<void> => {
  if (events.length > 0) await calls.insertEvents(events.map(toEventRow));
};

const insertSigns = async (arrived: readonly Arrived[], { signs }: CycleStores): Promise<void> => {
  const rows = signsOf(arrived.map(({ event }) => event));
  if (rows.length > 0) await signs.insert(rows);
};

/**
 * Writes the anchors, then looks for events that wait for them; writes the events that wait, then looks for their
 * anchors. Of two processes that hold one call's parts, each writes before it looks, so one of them sees both.
 */
const insertAnchorsAndJoin = async (
  plan: AnchorPlan,
  seen: Recognised,
  stores: CycleStores,
): Promise<readonly Anchored[]> => {
  const found = await Promise.all([joinWaiting(plan, seen, stores), keepWaiting(plan.waiting, stores)]);
  const joined = found.flat();
  await insertEvents(joined, stores);
  return joined;
};

const joinWaiting = async (
  { begun }: AnchorPlan,
  { known, unseen }: Recognised,
  { anchors, waiting }: CycleStores,
): Promise<Anchored[]> => {
  if (begun.size > 0) await anchors.insert([...begun.values()].map(toAnchorRow));
  const calls = new Map<string, CallIdentity>();
  for (const ref of unseen) {
    const identity = known.get(ref) ?? begun.get(ref);
    if (identity !== undefined) calls.set(ref, identity);
  }
  if (calls.size === 0) return [];
  return (await waiting.find([...calls.values()])).map((row) => toJoined(row, calls.get(refOf(row)) as CallIdentity));
};

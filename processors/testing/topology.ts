import type { LogRecord, RecordBatch } from '../../runtime/kafka.ts';
import { createCallsLoop } from '../calls/calls-loop.ts';
import type { OpenCallsLimits } from '../calls/open-calls.ts';
import { createTables, type Tables, tableStores } from './in-memory-tables.ts';
import { createRandom, type Random } from './random.ts';
import { createScheduler, type Scheduler } from './scheduler.ts';

/** Values of each partition, in the order of the log. */
export type Log = readonly (readonly Buffer[])[];

export type Faults = {
  /** Decides every order and every choice. */
  readonly seed: number;
  /** Steps taken while things go wrong; afterwards one last member finishes the work. */
  readonly troubledSteps: number;
  readonly killPercent: number;
  readonly rebalancePercent: number;
  readonly failPercent: number;
  /** Kill a member at exactly this step, besides those killed by chance. */
  readonly killAtStep?: number;
};

export const noFaults: Faults = { seed: 1, troubledSteps: 0, killPercent: 0, rebalancePercent: 0, failPercent: 0 };

export type Run = { readonly tables: Tables; readonly steps: number };

type Member = {
  readonly id: object;
  readonly assign: (partitions: readonly number[]) => void;
  /** What is in hand goes on, but may no longer be committed. */
  readonly revoke: () => void;
};

type World = {
  readonly log: Log;
  readonly committed: number[];
  readonly tables: Tables;
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly limits: OpenCallsLimits;
};

export const keepAll: OpenCallsLimits = { maxEvents: 10_000, maxCalls: 1000, endedForMs: 1000 };

/**
 * Runs the whole calls processor, its codec and its loop included, on a log and tables in memory: several members of
 * a group that are killed, rebalanced, delayed and refused at any step, until at last everything is committed.
 */
export const runTopology = async (log: Log, faults: Faults, limits: OpenCallsLimits = keepAll): Promise<Run> => {
  const random = createRandom(faults.seed);
  const scheduler = createScheduler(random);
  const world: World = { log, committed: log.map(() => 0), tables: createTables(), scheduler, random, limits };
  let group = rebalance(world, [], 1);
  while (scheduler.steps() < faults.troubledSteps) {
    if (scheduler.steps() === faults.killAtStep || random.chance(faults.killPercent)) {
      group = rebalance(world, kill(world, group), 1);
    } else if (random.chance(faults.rebalancePercent)) {
      group = rebalance(world, group, random.next(2));
    }
    if (!(await scheduler.advance(faults.failPercent))) break;
  }
  if (faults.troubledSteps > 0) rebalance(world, group, 1, true);
  while (await scheduler.advance(0));
  const left = world.log.flatMap((values, at) => (world.committed[at] === values.length ? [] : [at]));
  if (left.length > 0) throw new Error(`partitions ${left.join(', ')} were not finished`);
  return { tables: world.tables, steps: scheduler.steps() };
};

const kill = ({ scheduler, random }: World, group: readonly Member[]): Member[] => {
  const victim = random.pick(group);
  scheduler.kill(victim.id);
  return group.filter((member) => member !== victim);
};

/** Revokes everything, then deals the partitions out anew, to some members that stay and some that come. */
const rebalance = (world: World, group: readonly Member[], joining: number, onlyNew = false): Member[] => {
  for (const member of group) member.revoke();
  const joined = Array.from({ length: joining }, () => createMember(world));
  const members = onlyNew ? joined : [...group, ...joined].slice(-3);
  const dealt = members.map((): number[] => []);
  world.random.shuffle(world.log.map((_, at) => at)).forEach((partition, at) => {
    dealt[at % members.length]?.push(partition);
  });
  members.forEach((member, at) => {
    member.assign(dealt[at] ?? []);
  });
  return members;
};

const createMember = (world: World): Member => {
  const { scheduler, tables, limits } = world;
  const id = {};
  let generation = 0;
  const loop = createCallsLoop({
    stores: tableStores(tables, async (effect) => {
      await scheduler.step(id);
      const result = effect();
      await scheduler.step(id);
      return result;
    }),
    limits,
    nowMs: () => scheduler.steps(),
  });

  const consume = async (partition: number, isCurrent: () => boolean): Promise<void> => {
    for (let from = world.committed[partition] as number; isCurrent(); ) {
      const batch = nextBatch(world, partition, from);
      if (batch === null) return;
      await scheduler.step(id);
      const done = await loop.handle(batch).then(
        () => true,
        () => false,
      );
      await scheduler.step(id);
      if (!isCurrent()) return;
      if (!done) continue;
      from += batch.messages.length;
      world.committed[partition] = from;
    }
  };

  return {
    id,
    assign: (partitions) => {
      generation += 1;
      const mine = generation;
      const isCurrent = (): boolean => generation === mine;
      loop.forget();
      for (const partition of partitions) {
        // A step that fails ends this round, as an aborted fetch would; the next begins at what is committed.
        const round = (): void => void consume(partition, isCurrent).catch(round);
        round();
      }
    },
    revoke: () => {
      generation += 1;
      // A member that is frozen learns of it only later.
      if (world.random.chance(50)) loop.forget();
    },
  };
};

const nextBatch = ({ log, random }: World, partition: number, from: number): RecordBatch | null => {
  const values = log[partition] ?? [];
  if (from >= values.length) return null;
  const messages = values
    .slice(from, from + 1 + random.next(6))
    .map((value, at): LogRecord => toRecord(value, from + at));
  return { topic: 'call-events', partition, messages, highWatermark: String(values.length) };
};

const toRecord = (value: Buffer, offset: number): LogRecord => ({
  offset: String(offset),
  key: null,
  value,
  timestampMs: 1_767_600_000_000,
  headers: {},
});

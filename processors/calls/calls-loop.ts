import { createGroupCommit } from '../../runtime/group-commit.ts';
import type { RecordBatch } from '../../runtime/kafka.ts';
import { type CycleReport, runCycle } from './cycle.ts';
import { OpenCalls, type OpenCallsLimits } from './open-calls.ts';
import type { CycleStores } from './ports.ts';

export type CallsLoopOptions = {
  readonly stores: CycleStores;
  readonly limits: OpenCallsLimits;
  readonly nowMs: () => number;
  readonly onCycle?: (report: CycleReport, seconds: number) => void;
};

export type CallsLoop = {
  /** Resolves when everything of the batch is safe; throws where something is not, and the batch must come again. */
  readonly handle: (batch: RecordBatch) => Promise<void>;
  /** Forgets all calls: the assignment changed, and others may have received their events. */
  readonly forget: () => void;
  readonly size: () => OpenCalls['size'];
};

/** So many partitions' batches are taken together at most. */
const maxBatchesPerCycle = 64;

/**
 * Takes batches into the tables. Batches of other partitions that come while a cycle runs are taken together in the
 * next one: few large inserts under load, no delay when it is quiet.
 */
export const createCallsLoop = ({ stores, limits, nowMs, onCycle }: CallsLoopOptions): CallsLoop => {
  let memory = new OpenCalls(limits);
  const forget = (): void => {
    memory = new OpenCalls(limits);
  };
  const cycles = createGroupCommit<RecordBatch>(
    async (batches) => {
      const mine = memory;
      const begunMs = performance.now();
      try {
        const report = await runCycle(batches, stores, mine, nowMs());
        onCycle?.(report, (performance.now() - begunMs) / 1000);
      } catch (error) {
        // It may hold events that are in no table.
        if (memory === mine) forget();
        throw error;
      }
    },
    { maxItems: maxBatchesPerCycle },
  );
  return { handle: async (batch) => cycles.submit(batch), forget, size: () => memory.size };
};

import type { Assemble } from '../../processors/calls/reassembly/assemble-page.ts';
import { NewerEpochError } from '../../processors/calls/reassembly/compare.ts';
import type { Range } from '../../processors/calls/reassembly/range-queries.ts';
import {
  addChange,
  newSummary,
  type Summary,
  summaryText,
  toWrite,
} from '../../processors/calls/reassembly/summary.ts';
import { countCalls, walkRange } from '../../processors/calls/reassembly/walk.ts';
import type { ClickHouse } from '../../runtime/clickhouse.ts';
import { CommandError } from '../cli/command-error.ts';
import type { Output } from '../cli/output.ts';
import { openDiffFile } from './diff-file.ts';
import { createProgress } from './progress.ts';
import { readState, removeState, type State, writeState } from './state-file.ts';

export type ReassembleOptions = {
  readonly clickhouse: ClickHouse;
  readonly range: Range;
  readonly assemble: Assemble;
  readonly epoch: number;
  readonly dryRun: boolean;
  /** File for every single change. */
  readonly diffFile: string | undefined;
  readonly stateFile: string;
  /** Whether to write, once the summary was shown. */
  readonly confirm: () => Promise<boolean>;
};

export const exitCodes = { done: 0, failures: 1 } as const;

/** Compares the calls of a range with what the assembler makes of them now, shows it, and then writes what differs. */
export const reassemble = async (options: ReassembleOptions, output: Output): Promise<number> => {
  const { range, epoch, dryRun, stateFile, confirm } = options;
  const begun = dryRun ? null : readState(stateFile, epoch, range);
  try {
    const state = begun ?? {
      epoch,
      range,
      summary: await compare(options, output),
      written: 0,
      calls: 0,
      cursor: null,
    };
    if (begun !== null) output.print(`going on with what was begun: ${begun.written} rows are written\n`);
    const { summary } = state;
    output.print(summaryText(summary));
    if (!dryRun && toWrite(summary) > 0) {
      refuseUnwritable(summary);
      if (await confirm()) await apply(options, state, output);
      else output.print('nothing was written');
    }
    return summary.failures.length > 0 ? exitCodes.failures : exitCodes.done;
  } catch (error) {
    if (error instanceof NewerEpochError) throw new CommandError(error.message);
    throw error;
  }
};

const refuseUnwritable = ({ unwritable }: Summary): void => {
  if (unwritable > 0)
    throw new CommandError(
      `${unwritable} rows would be other ones under the same version: the assembler changed, but its epoch did not (processors/calls/assembler-epoch.ts)`,
    );
};

const mostFailures = 20;

const compare = async (options: ReassembleOptions, output: Output): Promise<Summary> => {
  const summary = newSummary();
  const diff = await openDiffFile(options.diffFile);
  const show = createProgress('compared', await countCalls(options.clickhouse, options.range), output);
  for await (const page of walk(options, output, { writes: false, after: null })) {
    summary.calls += page.calls;
    summary.newer += page.newer;
    for (const change of page.changes) addChange(summary, change);
    summary.failures.push(...page.failures.slice(0, mostFailures - summary.failures.length));
    await diff.add(page.changes);
    show(summary.calls);
  }
  await diff.close();
  return summary;
};

const apply = async (options: ReassembleOptions, begun: State, output: Output): Promise<void> => {
  const { stateFile } = options;
  let state = begun;
  await writeState(stateFile, state);
  const show = createProgress('done', begun.summary.calls, output);
  for await (const page of walk(options, output, { writes: true, after: begun.cursor })) {
    const { cursor } = page;
    state = { ...state, calls: state.calls + page.calls, written: state.written + page.written, cursor };
    await writeState(stateFile, state);
    show(state.calls);
  }
  await removeState(stateFile);
  output.print(`${state.written} rows written`);
};

const walk = (
  { clickhouse, range, assemble }: ReassembleOptions,
  { print }: Output,
  more: Pick<Parameters<typeof walkRange>[0], 'writes' | 'after'>,
) =>
  walkRange({
    clickhouse,
    range,
    assemble,
    ...more,
    onRetry: (error) => print(`ClickHouse: ${error instanceof Error ? error.message : String(error)}; trying again`),
  });

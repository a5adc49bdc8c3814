import assert from 'node:assert/strict';
import { type AgentTime, agentTime, spansOfDays } from '../../../query-api/statistics/agent-time.ts';
import { rowBinaryEncoder } from '../../../runtime/row-binary.ts';
import type { AgentDayRow, AgentSpanRow } from '../../../schemas/agent-rows.ts';
import { agentDayColumns } from '../../../schemas/clickhouse-columns.ts';
import { encodeEvent } from '../../../schemas/event-codec.ts';
import { type AgentTables, agentTablesOf } from '../agent-tables.ts';
import { at } from '../event-table.ts';
import { createRandom } from '../random.ts';
import { eventsOf, type NativeRecord } from './native-records.ts';

export type AgentsTold = {
  /** Fails unless the records make these spans of the agent, in whatever order and pieces they come. */
  readonly gives: (agent: string, spans: readonly string[]) => Promise<void>;
  /** The agent's time from one second of the test to another; what goes on goes on until then. */
  readonly time: (agent: string, from: number, to: number) => Promise<AgentTime>;
};

const rounds = 20;

/** What switches tell of agents, taken through their normalisers and the whole agents processor. */
export const agentsTold = (...records: readonly (readonly NativeRecord[])[]): AgentsTold => {
  const all = records.flat();
  const daysOf = async (agent: string): Promise<AgentDayRow[]> =>
    (await tablesOf([all])).days.final().filter(({ agent_id }) => agent_id === agent);
  return {
    gives: async (agent, spans) => {
      const days = await daysOf(agent);
      assert.deepEqual(
        days.flatMap((day) => day.spans.map(shown)),
        spans,
      );
      await holds(all);
    },
    time: async (agent, from, to) => {
      const days = await daysOf(agent);
      return agentTime(spansOfDays(days, at(to)), at(from), at(to));
    },
  };
};

/** `kind scope from–to reason`, in seconds of the test; without `to` it goes on, `~` where nobody told the end. */
const shown = ({ kind, scope, from, to, reason, told }: AgentSpanRow): string => {
  const second = (us: number): number => (us - at(0)) / 1e6;
  const end = to === null ? '' : `${told ? '' : '~'}${second(to)}`;
  return [kind, scope, `${second(from)}–${end}`, reason].filter((part) => part !== '').join(' ');
};

const tablesOf = async (batches: readonly (readonly NativeRecord[])[]): Promise<AgentTables> => {
  const tables = await agentTablesOf(batches.map((records) => eventsOf(records).map(encodeEvent)));
  assert.deepEqual(tables.deadLetters.final(), []);
  return tables;
};

const rows = rowBinaryEncoder<AgentDayRow>(agentDayColumns);
const bytesOf = ({ days }: AgentTables): string[] => days.final().map((row) => rows.encode([row]).toString('hex'));

/** Any order, repetition and cut gives the same bytes, and any part gives rows. */
const holds = async (records: readonly NativeRecord[]): Promise<void> => {
  const quiet = bytesOf(await tablesOf([records]));
  for (let seed = 0; seed < rounds; seed += 1) {
    const random = createRandom(seed);
    const batches: NativeRecord[][] = [[]];
    for (const record of random.shuffle([...records, ...records.filter(() => random.chance(20))])) {
      if (random.chance(30)) batches.push([]);
      batches.at(-1)?.push(record);
    }
    assert.deepEqual(bytesOf(await tablesOf(batches)), quiet, `in the order and batches of seed ${seed}`);
    bytesOf(await tablesOf([records.filter(() => random.chance(50))]));
  }
};

import { encodeEvent } from '../../../schemas/event-codec.ts';
import type { CallRow } from '../../../schemas/call-row.ts';
import type { Event } from '../../../schemas/events.ts';
import type { SwitchSignRow } from '../../../schemas/rows.ts';
import { refOf } from '../../calls/call-ref.ts';
import { decodeStored } from '../../calls/stored-events.ts';
import { signsOf } from '../../switch-signs.ts';
import { type Tables, tableStores } from '../../testing/in-memory-tables.ts';
import { noFaults, runTopology } from '../../testing/topology.ts';
import type { CallSummary, ClosingReader } from '../ports.ts';
import { readCallEvents } from '../read-call-events.ts';
import { switchRefOf } from '../switch-lives.ts';

/** A log of calls' events with the tables that the calls processor makes of it, and what switches told. */
export type ClosingWorld = {
  /** Appends events of calls and of switches, and lets the calls processor take them up. */
  readonly tell: (events: readonly Event[]) => Promise<void>;
  readonly reader: ClosingReader;
  readonly rows: () => readonly CallRow[];
  readonly logLength: () => number;
};

const isOfSwitch = ({ type }: Event): boolean => type.startsWith('switch.');

export const createWorld = async (): Promise<ClosingWorld> => {
  const log: Buffer[] = [];
  const ofSwitches: Event[] = [];
  let { tables } = await runTopology([log], noFaults);
  return {
    tell: async (events) => {
      ofSwitches.push(...events.filter(isOfSwitch));
      log.push(...events.filter((event) => !isOfSwitch(event)).map(encodeEvent));
      ({ tables } = await runTopology([log], noFaults));
    },
    reader: readerOf(() => tables, ofSwitches),
    rows: () => tables.calls.final(),
    logLength: () => log.length,
  };
};

const readerOf = (tables: () => Tables, ofSwitches: readonly Event[]): ClosingReader => ({
  activeCalls: async function* activeCalls(beforeUs) {
    yield tables()
      .calls.final()
      .filter((row) => row.state === 'active' && row.call_started_at < beforeUs);
  },
  summaries: async (names) => {
    const wanted = new Set(names.map(({ call_id }) => call_id));
    return tables()
      .calls.final()
      .filter(({ call_id }) => wanted.has(call_id))
      .map(summaryOf);
  },
  events: async (summaries) =>
    readCallEvents(
      summaries,
      tableStores(tables(), async (effect) => effect()),
    ),
  signs: async (): Promise<SwitchSignRow[]> => [...tables().signs.values(), ...signsOf(ofSwitches)],
  channelLists: async (of, sinceUs) =>
    ofSwitches
      .flatMap((event) =>
        event.type === 'switch.channels' && switchRefOf(event) === switchRefOf(of) && event.occurred_at >= sinceUs
          ? [
              {
                at: event.occurred_at,
                observedAt: event.observed_at,
                bootId: event.boot_id,
                legIds: new Set(event.payload.leg_ids),
              },
            ]
          : [],
      )
      .sort((a, b) => b.at - a.at),
  waitingCalls: async () => {
    const anchored = new Set(tables().anchors.final().map(refOf));
    const waiting = Map.groupBy(
      tables()
        .waiting.final()
        .filter((row) => !anchored.has(refOf(row))),
      refOf,
    );
    return [...waiting.values()].flatMap((rows) => rows.slice(0, 1).map((row) => ({ ...row, events: rows.length })));
  },
  waitingEvents: async (refs) => {
    const wanted = new Set(refs.map(refOf));
    return tables()
      .waiting.final()
      .filter((row) => wanted.has(refOf(row)))
      .map(({ event }) => decodeStored(event));
  },
});

export const summaryOf = (row: CallRow): CallSummary => ({
  tenant_id: row.tenant_id,
  call_id: row.call_id,
  call_started_at: row.call_started_at,
  version: row.version,
  call_key: row.call_key,
  state: row.state,
  updated_at: row.updated_at,
  told_by_others:
    [row.recordings, row.transcripts, row.costs].some((told) => told.length > 0) ||
    row.quality.includes('end_inferred'),
  open_legs: row.legs.filter(({ ended_at }) => ended_at === null),
});

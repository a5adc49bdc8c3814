import type { ClickHouse } from '../../runtime/clickhouse.ts';
import type { Event } from '../../schemas/events.ts';
import type { CallRef } from '../calls/call-ref.ts';
import { clickhouseStores } from '../calls/clickhouse-call-store.ts';
import { decodeStored } from '../calls/stored-events.ts';
import {
  activeCallsQuery,
  channelListsQuery,
  signsQuery,
  summariesQuery,
  waitingCallsQuery,
} from './closing-queries.ts';
import { readCallEvents } from './read-call-events.ts';
import type { ActiveRow, CallName, CallSummary, ClosingReader } from './ports.ts';
import type { ChannelList } from './rules.ts';

/** Calls in one query: the keys of more make the query's index analysis dear. */
const callsPerQuery = 2000;
/** Of a switch's lists so many of the latest are looked at. */
const mostLists = 200;
/** Calls without an anchor that are named in one look. */
const mostWaiting = 100_000;

/** The tables as the closing rules read them. */
export const closingReader = (clickhouse: ClickHouse): ClosingReader => {
  const { calls, anchors, waiting } = clickhouseStores(clickhouse);
  return {
    activeCalls: (beforeUs) => activeCalls(clickhouse, beforeUs),
    summaries: async (names) => summariesOf(clickhouse, names),
    events: async (summaries) => readCallEvents(summaries, { calls, anchors }),
    signs: async () => signsIn(clickhouse),
    channelLists: async ({ tenant_id, switch_id }, sinceUs) => {
      const params = { tenant: tenant_id, switch: switch_id, since: sinceUs, limit: mostLists };
      const rows = await clickhouse.query<{ event: string }>(channelListsQuery, params);
      return rows.map(({ event }) => toChannelList(decodeStored(Buffer.from(event, 'base64'))));
    },
    waitingCalls: async (beforeUs) => {
      const params = { before: Math.floor(beforeUs / 1_000_000), limit: mostWaiting };
      const rows = await clickhouse.query<CallRef & { readonly events: string }>(waitingCallsQuery, params);
      return rows.map((row) => ({ ...row, events: Number(row.events) }));
    },
    waitingEvents: async (refs) => (await waiting.find(refs)).map(({ event }) => decodeStored(event)),
  };
};

type Named = { readonly tenant_id: string; readonly call_id: string; readonly started_us: string };

const toActiveRow = ({ started_us, tenant_id, call_id, version }: Named & { readonly version: string }): ActiveRow => ({
  tenant_id,
  call_id,
  call_started_at: Number(started_us),
  version: Number(version),
});

async function* activeCalls(clickhouse: ClickHouse, beforeUs: number): AsyncGenerator<readonly ActiveRow[]> {
  const blocks = clickhouse.stream<Named & { version: string }>(activeCallsQuery, { before: beforeUs });
  for await (const block of blocks) yield block.map(toActiveRow);
}

type SummaryAnswer = Named & {
  readonly version: string;
  readonly call_key: string;
  readonly state: string;
  readonly updated_us: string;
  readonly told_by_others: number;
  readonly leg_ids: readonly string[];
  readonly leg_native_ids: readonly string[];
  readonly leg_switch_ids: readonly string[];
  readonly legs_created_us: readonly (string | null)[];
  readonly legs_open: readonly number[];
};

const summariesOf = async (clickhouse: ClickHouse, names: readonly CallName[]): Promise<CallSummary[]> => {
  const found: CallSummary[] = [];
  for (let at = 0; at < names.length; at += callsPerQuery) {
    const chunk = names.slice(at, at + callsPerQuery);
    const rows = await clickhouse.query<SummaryAnswer>(summariesQuery, {
      tenants: [...new Set(chunk.map(({ tenant_id }) => tenant_id))],
      starts: [...new Set(chunk.map(({ call_started_at }) => call_started_at))],
      calls: chunk.map(({ call_id }) => call_id),
    });
    found.push(...rows.map(toSummary));
  }
  return found;
};

const toSummary = (row: SummaryAnswer): CallSummary => ({
  ...toActiveRow(row),
  call_key: row.call_key,
  state: row.state,
  updated_at: Number(row.updated_us),
  told_by_others: row.told_by_others === 1,
  open_legs: row.leg_ids.flatMap((leg_id, at) => {
    if (row.legs_open[at] !== 1) return [];
    const createdUs = row.legs_created_us[at] ?? null;
    return [
      {
        leg_id,
        native_id: row.leg_native_ids[at] as string,
        switch_id: row.leg_switch_ids[at] as string,
        created_at: createdUs === null ? null : Number(createdUs),
      },
    ];
  }),
});

type SignAnswer = {
  readonly tenant_id: string;
  readonly switch_id: string;
  readonly boot_id: string;
  readonly kind: string;
  readonly first_us: string;
  readonly last_us: string;
  readonly first_observed_us: string;
  readonly last_observed_us: string;
};

const signsIn = async (clickhouse: ClickHouse): ReturnType<ClosingReader['signs']> =>
  (await clickhouse.query<SignAnswer>(signsQuery)).map((row) => ({
    tenant_id: row.tenant_id,
    switch_id: row.switch_id,
    boot_id: row.boot_id,
    kind: row.kind,
    first_at: Number(row.first_us),
    last_at: Number(row.last_us),
    first_observed_at: Number(row.first_observed_us),
    last_observed_at: Number(row.last_observed_us),
  }));

const toChannelList = (event: Event): ChannelList => ({
  at: event.occurred_at,
  observedAt: event.observed_at,
  bootId: event.boot_id,
  legIds: new Set(event.type === 'switch.channels' ? event.payload.leg_ids : []),
});

import type { ClickHouse } from '../../runtime/clickhouse.ts';
import { rowBinaryEncoder } from '../../runtime/row-binary.ts';
import type { CallRow } from '../../schemas/call-row.ts';
import {
  callAnchorColumns,
  callColumns,
  callEventColumns,
  recordingColumns,
  switchSignColumns,
  unanchoredEventColumns,
} from '../../schemas/clickhouse-columns.ts';
import type {
  CallAnchorRow,
  CallEventRow,
  RecordingRow,
  SwitchSignRow,
  UnanchoredEventRow,
} from '../../schemas/rows.ts';
import { onlyNews } from '../switch-signs.ts';
import { type CallRef, refOf } from './call-ref.ts';
import type { AnchorStore, CallStore, CycleStores, StoredEvent, WaitingEvent, WaitingStore } from './ports.ts';

/** So many calls are asked for in one query: the keys of more make the query's index analysis dear. */
const keysPerQuery = 2000;

/** The processor's tables in ClickHouse. */
export const clickhouseStores = (clickhouse: ClickHouse): Omit<CycleStores, 'deadLetters'> => ({
  calls: callStore(clickhouse),
  anchors: anchorStore(clickhouse),
  waiting: waitingStore(clickhouse),
  signs: { insert: onlyNews(inserter<SwitchSignRow>(clickhouse, 'switch_signs', switchSignColumns)) },
});

type Insert<Row> = (rows: readonly Row[]) => Promise<void>;

const inserter = <Row extends object>(
  clickhouse: ClickHouse,
  table: string,
  columns: Readonly<Record<keyof Row & string, string>>,
): Insert<Row> => {
  const encoder = rowBinaryEncoder<Row>(columns);
  return async (rows) => clickhouse.insertRows(table, encoder.columns, encoder.encode(rows));
};

// A call id is unique among all tenants and instants: the other two conditions only lead the index to it.
const eventsQuery = `
SELECT call_id, content_hash, base64Encode(event) AS event
FROM call_events
WHERE tenant_id IN {tenants:Array(String)}
  AND call_started_at IN (SELECT fromUnixTimestamp64Micro(arrayJoin({starts:Array(Int64)}), 'UTC'))
  AND call_id IN {calls:Array(String)}`;

type EventAnswer = { readonly call_id: string; readonly content_hash: string; readonly event: string };

const callStore = (clickhouse: ClickHouse): CallStore => ({
  insertEvents: inserter<CallEventRow>(clickhouse, 'call_events', callEventColumns),
  insertCalls: inserter<CallRow>(clickhouse, 'calls', callColumns),
  insertRecordings: inserter<RecordingRow>(clickhouse, 'recordings', recordingColumns),
  readEvents: async (calls) => {
    const stored: StoredEvent[] = [];
    for (const chunk of chunks(calls)) {
      const blocks = clickhouse.stream<EventAnswer>(eventsQuery, {
        tenants: distinct(chunk.map(({ tenant_id }) => tenant_id)),
        starts: distinct(chunk.map(({ call_started_at }) => call_started_at)),
        calls: chunk.map(({ call_id }) => call_id),
      });
      for await (const block of blocks) {
        for (const row of block) stored.push({ ...row, event: Buffer.from(row.event, 'base64') });
      }
    }
    return stored;
  },
});

// Two processes may have decided at once where a call's events are not in one partition; the earliest anchor holds.
const anchorsQuery = `
SELECT tenant_id, call_key, toUnixTimestamp64Micro(min(call_started_at)) AS started_us
FROM call_anchors
WHERE tenant_id IN {tenants:Array(String)} AND call_key IN {keys:Array(String)}
GROUP BY tenant_id, call_key`;

type AnchorAnswer = CallRef & { readonly started_us: string };

const anchorStore = (clickhouse: ClickHouse): AnchorStore => ({
  insert: inserter<CallAnchorRow>(clickhouse, 'call_anchors', callAnchorColumns),
  find: async (refs) => {
    const answers = await findByRef<AnchorAnswer>(clickhouse, anchorsQuery, refs);
    return answers.map(({ started_us, ...ref }) => ({ ...ref, call_started_at: Number(started_us) }));
  },
});

const waitingQuery = `
SELECT tenant_id, call_key, event_id, content_hash, base64Encode(event) AS event
FROM unanchored_events
WHERE tenant_id IN {tenants:Array(String)} AND call_key IN {keys:Array(String)}`;

type WaitingAnswer = Omit<WaitingEvent, 'event'> & { readonly event: string };

const waitingStore = (clickhouse: ClickHouse): WaitingStore => ({
  insert: inserter<UnanchoredEventRow>(clickhouse, 'unanchored_events', unanchoredEventColumns),
  find: async (refs) => {
    const answers = await findByRef<WaitingAnswer>(clickhouse, waitingQuery, refs);
    return answers.map((row) => ({ ...row, event: Buffer.from(row.event, 'base64') }));
  },
});

const findByRef = async <Row extends CallRef>(
  clickhouse: ClickHouse,
  query: string,
  refs: readonly CallRef[],
): Promise<Row[]> => {
  const found: Row[] = [];
  for (const chunk of chunks(refs)) {
    const wanted = new Set(chunk.map(refOf));
    const rows = await clickhouse.query<Row>(query, {
      tenants: distinct(chunk.map(({ tenant_id }) => tenant_id)),
      keys: distinct(chunk.map(({ call_key }) => call_key)),
    });
    // Two tenants may use one key; each was asked for its own.
    found.push(...rows.filter((row) => wanted.has(refOf(row))));
  }
  return found;
};

const distinct = <Value>(values: readonly Value[]): Value[] => [...new Set(values)];

const chunks = <Item>(items: readonly Item[]): Item[][] => {
  const cut: Item[][] = [];
  for (let at = 0; at < items.length; at += keysPerQuery) cut.push(items.slice(at, at + keysPerQuery));
  return cut;
};

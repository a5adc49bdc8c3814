import type { RunFile } from '../up/run-file.ts';

/** The rows of a query on ClickHouse itself, past the API. */
export const queryRows = async <Row>(
  { clickhouse }: Pick<RunFile, 'clickhouse'>,
  sql: string,
): Promise<readonly Row[]> => {
  const url = new URL(clickhouse.url);
  url.searchParams.set('database', clickhouse.database);
  url.searchParams.set('output_format_json_quote_64bit_integers', '0');
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'x-clickhouse-user': clickhouse.username, 'x-clickhouse-key': clickhouse.password },
    body: `${sql} FORMAT JSONEachRow`,
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`ClickHouse answered ${response.status}: ${text}`);
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Row);
};

/** The one row of a query. */
export const queryRow = async <Row>(where: Pick<RunFile, 'clickhouse'>, sql: string): Promise<Row> => {
  const [row] = await queryRows<Row>(where, sql);
  if (row === undefined) throw new Error(`no row came of ${sql}`);
  return row;
};

export type StoredTotals = {
  calls: number;
  duration_ms: number;
  talk_ms: number;
  ended: number;
  with_recording: number;
  recordings: number;
  orphans: number;
  quarantined: number;
};

/** What the tables hold of the tenant `demo`. */
export const storedTotals = async (run: Pick<RunFile, 'clickhouse'>): Promise<StoredTotals> =>
  queryRow<StoredTotals>(
    run,
    `SELECT * FROM
       (SELECT count() AS calls, sum(duration_ms) AS duration_ms, sum(talk_ms) AS talk_ms,
               countIf(state = 'ended') AS ended, countIf(has_recording) AS with_recording
        FROM calls FINAL WHERE tenant_id = 'demo') AS c,
       (SELECT countIf(status = 'available') AS recordings, countIf(call_id = '') AS orphans
        FROM recordings FINAL WHERE tenant_id = 'demo') AS r,
       (SELECT count() AS quarantined FROM quarantined_records FINAL WHERE tenant_id = 'demo') AS q`,
  );

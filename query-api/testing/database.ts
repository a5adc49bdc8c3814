import { readdir, readFile } from 'node:fs/promises';
import { type ClickHouse, createClickHouse } from '../../runtime/clickhouse.ts';
import { Secret } from '../../runtime/config.ts';
import { createLogger } from '../../runtime/logger.ts';
import { rowBinaryEncoder } from '../../runtime/row-binary.ts';
import type { CallRow } from '../../schemas/call-row.ts';
import {
  callAnchorColumns,
  callColumns,
  callEventColumns,
  quarantinedColumns,
  quarantineStepColumns,
  recordingColumns,
} from '../../schemas/clickhouse-columns.ts';
import type {
  CallAnchorRow,
  CallEventRow,
  QuarantinedRow,
  QuarantineStepRow,
  RecordingRow,
} from '../../schemas/rows.ts';

const encoders = {
  calls: rowBinaryEncoder<CallRow>(callColumns),
  recordings: rowBinaryEncoder<RecordingRow>(recordingColumns),
  quarantined_records: rowBinaryEncoder<QuarantinedRow>(quarantinedColumns),
  quarantine_steps: rowBinaryEncoder<QuarantineStepRow>(quarantineStepColumns),
  call_events: rowBinaryEncoder<CallEventRow>(callEventColumns),
  call_anchors: rowBinaryEncoder<CallAnchorRow>(callAnchorColumns),
};

type Rows = {
  calls: CallRow;
  recordings: RecordingRow;
  quarantined_records: QuarantinedRow;
  quarantine_steps: QuarantineStepRow;
  call_events: CallEventRow;
  call_anchors: CallAnchorRow;
};

export type Database = {
  readonly clickhouse: ClickHouse;
  insert<Table extends keyof Rows>(table: Table, rows: readonly Rows[Table][]): Promise<void>;
  /** Empties the tables. */
  clear(): Promise<void>;
  /** Removes the database. */
  drop(): Promise<void>;
};

const ddlFolder = new URL('../../schemas/clickhouse/', import.meta.url);

type Address = { readonly url: string; readonly user: string; readonly password: string };

/** Creates a database of its own with every table. */
export const createDatabase = async (address: Address): Promise<Database> => {
  const database = `query_api_${process.pid}`;
  const logger = createLogger('test', 'silent');
  const connect = (clickhouseDatabase: string): ClickHouse =>
    createClickHouse(
      {
        clickhouseUrl: address.url,
        clickhouseUser: address.user,
        clickhousePassword: new Secret(address.password),
        clickhouseCluster: undefined,
        clickhouseTlsCaFile: undefined,
        clickhouseDatabase,
      },
      logger,
    );
  const admin = connect('default');
  await admin.command(`CREATE DATABASE ${database}`);
  const clickhouse = connect(database);
  for (const file of (await readdir(ddlFolder)).sort()) {
    await clickhouse.command(await readFile(new URL(file, ddlFolder), 'utf8'));
  }
  return {
    clickhouse,
    insert: async (table, rows) => {
      const encoder = encoders[table] as { columns: readonly string[]; encode: (rows: readonly unknown[]) => Buffer };
      await clickhouse.insertRows(table, encoder.columns, encoder.encode(rows));
    },
    clear: async () => {
      for (const table of Object.keys(encoders)) await clickhouse.command(`TRUNCATE TABLE ${table}`);
    },
    drop: async () => {
      await clickhouse.close();
      await admin.command(`DROP DATABASE ${database}`);
      await admin.close();
    },
  };
};

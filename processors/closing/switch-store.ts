import type { ClickHouse } from '../../runtime/clickhouse.ts';
import { rowBinaryEncoder } from '../../runtime/row-binary.ts';
import { switchEventColumns, switchSignColumns } from '../../schemas/clickhouse-columns.ts';
import type { SwitchEventRow, SwitchSignRow } from '../../schemas/rows.ts';

/** Where switch events are kept. Writing a row again changes nothing. */
export type SwitchStore = {
  readonly insertEvents: (rows: readonly SwitchEventRow[]) => Promise<void>;
  readonly insertSigns: (rows: readonly SwitchSignRow[]) => Promise<void>;
};

export const switchStore = (clickhouse: ClickHouse): SwitchStore => {
  const events = rowBinaryEncoder<SwitchEventRow>(switchEventColumns);
  const signs = rowBinaryEncoder<SwitchSignRow>(switchSignColumns);
  return {
    insertEvents: async (rows) => clickhouse.insertRows('switch_events', events.columns, events.encode(rows)),
    insertSigns: async (rows) => clickhouse.insertRows('switch_signs', signs.columns, signs.encode(rows)),
  };
};

import type { Dialect } from '../../../ingest/judging.ts';
import { source } from '../../../ingest/testing/sources.ts';
import type { Event } from '../../../schemas/events.ts';
import { at } from '../event-table.ts';

/** One record as a switch writes it. */
export type NativeRecord = {
  readonly dialect: Pick<Dialect, 'name' | 'normalise'>;
  readonly value: unknown;
  /** Second of the test at which it came, where it matters. */
  readonly receivedAt?: number;
  /** Whose it is, where not pbx1's. */
  readonly switchId?: string;
};

/** The events that ingest makes of native records, received long after they were told. */
export const eventsOf = (records: readonly NativeRecord[]): Event[] =>
  records.flatMap(({ dialect, value, receivedAt = 80_000, switchId = 'pbx1' }) => {
    const observedAtUs = at(receivedAt);
    const normalised = dialect.normalise(value, source({ observedAtUs, askedSwitchId: switchId }));
    if ('rejection' in normalised) throw new Error(`${normalised.rejection.message}: ${JSON.stringify(value)}`);
    return normalised.events;
  });

/** The lines of a table, without those that are empty or say `-- something` to the reader. */
export const linesOf = (table: string): string[] =>
  table
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('--'));

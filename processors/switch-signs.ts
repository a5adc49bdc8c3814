import type { Event, EventType } from '../schemas/events.ts';
import type { SwitchSignRow } from '../schemas/rows.ts';

/** Told by others than the switch, at any time: they say nothing about its life. */
const toldByOthers: ReadonlySet<EventType> = new Set<EventType>([
  'call.anchored',
  'call.end_inferred',
  'recording.uploaded',
  'recording.stored',
  'recording.failed',
  'recording.deleted',
  'transcript.attached',
  'cost.added',
]);

/** Whether an event shows that the switch which told it was alive. */
export const isSignOfLife = (type: EventType): boolean => !toldByOthers.has(type);

/** What kind of sign an event is: switch events count apart, since only some switches tell them. */
const kindOf = (type: EventType): string => (type.startsWith('switch.') || type === 'adapter.gap' ? type : 'call');

/** When these events show each boot of each switch to have been alive, one row a boot and kind. */
export const signsOf = (events: Iterable<Event>): SwitchSignRow[] => {
  const rows = new Map<string, SwitchSignRow>();
  for (const event of events) {
    if (event.switch_id === '' || !isSignOfLife(event.type)) continue;
    const kind = kindOf(event.type);
    const { tenant_id, switch_id, boot_id } = event;
    const name = nameOf({ tenant_id, switch_id, boot_id, kind });
    const known = rows.get(name);
    if (known === undefined) rows.set(name, firstSign(event, kind));
    else extend(known, event);
  }
  return [...rows.values()];
};

const firstSign = (
  { tenant_id, switch_id, boot_id, occurred_at, observed_at }: Event,
  kind: string,
): SwitchSignRow => ({
  tenant_id,
  switch_id,
  boot_id,
  kind,
  first_at: occurred_at,
  last_at: occurred_at,
  first_observed_at: observed_at,
  last_observed_at: observed_at,
});

const extend = (row: SwitchSignRow, { occurred_at, observed_at }: Event): void => {
  row.first_at = Math.min(row.first_at, occurred_at);
  row.last_at = Math.max(row.last_at, occurred_at);
  row.first_observed_at = Math.min(row.first_observed_at, observed_at);
  row.last_observed_at = Math.max(row.last_observed_at, observed_at);
};

/** Two rows of one key as the table adds them up. */
export const addSigns = (one: SwitchSignRow, other: SwitchSignRow): SwitchSignRow => ({
  ...one,
  first_at: Math.min(one.first_at, other.first_at),
  last_at: Math.max(one.last_at, other.last_at),
  first_observed_at: Math.min(one.first_observed_at, other.first_observed_at),
  last_observed_at: Math.max(one.last_observed_at, other.last_observed_at),
});

export type InsertSigns = (rows: readonly SwitchSignRow[]) => Promise<void>;

/** A sign this close behind one that is written adds nothing that a rule goes by. */
const stepUs = 1_000_000;
const maxRemembered = 20_000;

/**
 * Writes signs only where they are news: without it every batch would cost an insert. What is in the table is then
 * true to a second.
 */
export const onlyNews = (insert: InsertSigns): InsertSigns => {
  const written = new Map<string, SwitchSignRow>();
  return async (rows) => {
    const news = rows.filter((row) => isNews(row, written.get(nameOf(row))));
    if (news.length === 0) return;
    await insert(news);
    if (written.size + news.length > maxRemembered) written.clear();
    for (const row of news) {
      const known = written.get(nameOf(row));
      written.set(nameOf(row), known === undefined ? row : addSigns(known, row));
    }
  };
};

/** Names what a row is about: its key in the table. */
export const nameOf = ({
  tenant_id,
  switch_id,
  boot_id,
  kind,
}: Pick<SwitchSignRow, 'tenant_id' | 'switch_id' | 'boot_id' | 'kind'>): string =>
  `${tenant_id}\0${switch_id}\0${boot_id}\0${kind}`;

const isNews = (row: SwitchSignRow, written: SwitchSignRow | undefined): boolean =>
  written === undefined ||
  row.first_at < written.first_at ||
  row.first_observed_at < written.first_observed_at ||
  row.last_at >= written.last_at + stepUs ||
  row.last_observed_at >= written.last_observed_at + stepUs;

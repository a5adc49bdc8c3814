import { callStartedAtOf } from '../../schemas/ids.ts';
import { encodeNotification, type Notification } from '../../schemas/notifications.ts';
import type { CallView } from './call-view.ts';
import { decide } from './decide.ts';
import type { Announcement, CallName, NotificationStores } from './ports.ts';

export type Looked = {
  /** Calls that ended and whose end is told after the grace, as they are now. */
  readonly awaiting: ReadonlyMap<string, CallView>;
  readonly told: readonly Notification[];
};

export type Glance = {
  readonly calls: readonly CallName[];
  /** Our clock; infinity once the grace has been waited for. */
  readonly nowUs: number;
  /** Where given, calls whose rows have another version by now are passed over. */
  readonly versions?: ReadonlyMap<string, number>;
};

/**
 * Looks at calls and tells what is new about them. First it is written what will be told, then it is published, then
 * that it was: after a crash in between the very same is published again, so an id never has two contents.
 */
export const look = async ({ calls, nowUs, versions }: Glance, stores: NotificationStores): Promise<Looked> => {
  const rows = await readRows(calls, stores);
  const known = new Map((await stores.announced(rows)).map((one) => [one.call_id, one]));
  const awaiting = new Map<string, CallView>();
  const told: Notification[] = [];
  const intents: Announcement[] = [];
  for (const row of rows) {
    if (versions !== undefined && versions.get(row.call_id) !== row.version) continue;
    const before = known.get(row.call_id) ?? null;
    const { notifications, next, awaitsGrace } = decide(before, row, nowUs);
    if (awaitsGrace) awaiting.set(row.call_id, row);
    told.push(...notifications);
    const doubtful = before === null || before.sent ? [] : before.notifications;
    if (next !== null) {
      const values = [...doubtful, ...notifications.map(encodeNotification)];
      intents.push({ ...nameOf(row), ...next, sent: false, notifications: values });
    } else if (before !== null && !before.sent) intents.push(before);
  }
  await tell(intents, stores);
  return { awaiting, told };
};

const tell = async (intents: readonly Announcement[], { insert, publish }: NotificationStores): Promise<void> => {
  if (intents.length === 0) return;
  await insert(intents);
  await publish(intents.flatMap((call) => call.notifications.map((value) => ({ call, value }))));
  await insert(intents.map((intent) => ({ ...intent, sent: true, notifications: [] })));
};

/** The rows of the calls, and of those that they became part of: an event of the part changes the whole. */
const readRows = async (calls: readonly CallName[], { rows }: NotificationStores): Promise<readonly CallView[]> => {
  const own = await rows(calls);
  const known = new Set(own.map(({ call_id }) => call_id));
  const wholes = new Map<string, CallName>();
  for (const { tenant_id, merged_into } of own) {
    const startedAt = callStartedAtOf(merged_into);
    if (startedAt === null || known.has(merged_into)) continue;
    wholes.set(merged_into, { tenant_id, call_id: merged_into, call_started_at: startedAt });
  }
  return wholes.size === 0 ? own : [...own, ...(await rows([...wholes.values()]))];
};

const nameOf = ({ tenant_id, call_id, call_started_at }: CallName): CallName => ({
  tenant_id,
  call_id,
  call_started_at,
});

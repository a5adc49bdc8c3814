import { callStartedAtOf } from '../../schemas/ids.ts';
import { encodeNotification, type Notification } from '../../schemas/notifications.ts';
import type { CallView } from './call-view.ts';
import { decide } from './decide.ts';
import type { Announcement, CallName, NotificationStores } from './ports.ts';

export type Looked = {
  /** Calls that ended and whose end is told after the grace, as they are now. */
  readonly awaiting: ReadonlyMap<string, CallView>;
};

export type Glance = {
  readonly calls: readonly CallName[];
  /** Our clock; infinity once the grace has been waited for. */
  readonly nowUs: number;
  /** Where given, calls whose rows have another version by now are passed over. */
  readonly versions?: ReadonlyMap<string, number>;
};

/**
 * Looks at calls and tells what is new about them, for several glances at once. First it is written what will be told,
 * then it is published, then that it was: after a crash in between the very same is published again, so an id never has
 * two contents.
 */
export const look = async (
  glances: readonly Glance[],
  stores: NotificationStores,
  onTold: (notification: Notification) => void = () => undefined,
): Promise<readonly Looked[]> => {
  const seen = await readRows(glances, stores);
  const known = new Map((await stores.announced(seen.map(({ row }) => row))).map((one) => [one.call_id, one]));
  const awaiting = new Map(glances.map((glance) => [glance, new Map<string, CallView>()]));
  const told: Notification[] = [];
  const intents: Announcement[] = [];
  for (const { row, by } of seen) {
    const concerned = by.filter(({ versions }) => versions === undefined || versions.get(row.call_id) === row.version);
    if (concerned.length === 0) continue;
    const before = known.get(row.call_id) ?? null;
    const nowUs = Math.max(...concerned.map((glance) => glance.nowUs));
    const { notifications, next, awaitsGrace } = decide(before, row, nowUs);
    if (awaitsGrace) for (const glance of concerned) awaiting.get(glance)?.set(row.call_id, row);
    told.push(...notifications);
    const doubtful = before === null || before.sent ? [] : before.notifications;
    if (next !== null) {
      const values = [...doubtful, ...notifications.map(encodeNotification)];
      intents.push({ ...nameOf(row), ...next, sent: false, notifications: values });
    } else if (before !== null && !before.sent) intents.push(before);
  }
  await tell(intents, stores);
  told.forEach(onTold);
  return glances.map((glance) => ({ awaiting: awaiting.get(glance) ?? new Map() }));
};

const tell = async (intents: readonly Announcement[], { insert, publish }: NotificationStores): Promise<void> => {
  if (intents.length === 0) return;
  await insert(intents);
  await publish(intents.flatMap((call) => call.notifications.map((value) => ({ call, value }))));
  await insert(intents.map((intent) => ({ ...intent, sent: true, notifications: [] })));
};

/** A call and the glances that concern it. */
type Asked = { readonly name: CallName; readonly by: Set<Glance> };
type Seen = { readonly row: CallView; readonly by: readonly Glance[] };

/** The rows of the calls, and of those that they became part of: an event of the part changes the whole. */
const readRows = async (glances: readonly Glance[], { rows }: NotificationStores): Promise<readonly Seen[]> => {
  const asked = new Map<string, Asked>();
  const ask = (name: CallName, by: Iterable<Glance>): void => {
    const known = asked.get(name.call_id) ?? { name, by: new Set() };
    asked.set(name.call_id, known);
    for (const glance of by) known.by.add(glance);
  };
  const by = ({ call_id }: CallName): readonly Glance[] => [...(asked.get(call_id)?.by ?? [])];

  for (const glance of glances) for (const call of glance.calls) ask(call, [glance]);
  const own = await rows([...asked.values()].map(({ name }) => name));
  const read = new Set(own.map(({ call_id }) => call_id));
  const wholes = new Map<string, CallName>();
  for (const part of own) {
    const startedAt = callStartedAtOf(part.merged_into);
    if (startedAt === null) continue;
    const whole = { tenant_id: part.tenant_id, call_id: part.merged_into, call_started_at: startedAt };
    ask(whole, by(part));
    if (!read.has(whole.call_id)) wholes.set(whole.call_id, whole);
  }
  const all = wholes.size === 0 ? own : [...own, ...(await rows([...wholes.values()]))];
  return all.map((row) => ({ row, by: by(row) }));
};

const nameOf = ({ tenant_id, call_id, call_started_at }: CallName): CallName => ({
  tenant_id,
  call_id,
  call_started_at,
});

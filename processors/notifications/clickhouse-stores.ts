import type { ClickHouse } from '../../runtime/clickhouse.ts';
import type { Publisher } from '../../runtime/kafka.ts';
import { rowBinaryEncoder } from '../../runtime/row-binary.ts';
import { announcedCallColumns } from '../../schemas/clickhouse-columns.ts';
import { type CallFacts, notificationKey } from '../../schemas/notifications.ts';
import type { AnnouncedCallRow } from '../../schemas/rows.ts';
import { topics } from '../../schemas/topics.ts';
import { identityOf } from '../calls/assembly/identity.ts';
import { clickhouseStores } from '../calls/clickhouse-call-store.ts';
import { announcedQuery, toCallView, type ViewAnswer, viewsQuery } from './call-view.ts';
import type { Announcement, CallName, NotificationStores } from './ports.ts';

/** The tables and the topic that notifications are made from and with. */
export const notificationStores = (clickhouse: ClickHouse, publisher: Publisher): NotificationStores => {
  const { anchors } = clickhouseStores(clickhouse);
  const encoder = rowBinaryEncoder<AnnouncedCallRow>(announcedCallColumns);
  return {
    find: async (refs) => (await anchors.find(refs)).map((row) => identityOf(row, row.call_started_at)),
    rows: async (calls) => {
      if (calls.length === 0) return [];
      return (await clickhouse.query<ViewAnswer>(viewsQuery, named(calls))).map(toCallView);
    },
    announced: async (calls) => {
      if (calls.length === 0) return [];
      return (await clickhouse.query<AnnouncedAnswer>(announcedQuery, named(calls))).map(toAnnouncement);
    },
    insert: async (announcements) =>
      clickhouse.insertRows('announced_calls', encoder.columns, encoder.encode(announcements.map(toRow))),
    publish: async (messages) =>
      publisher.publish(
        messages.map(({ call, value }) => ({ topic: topics.notifications, key: notificationKey(call), value })),
      ),
  };
};

const named = (calls: readonly CallName[]) => ({
  tenants: [...new Set(calls.map(({ tenant_id }) => tenant_id))],
  starts: [...new Set(calls.map(({ call_started_at }) => call_started_at))],
  calls: calls.map(({ call_id }) => call_id),
});

/**
 * Of two announcements of a call the later one holds: by the version of its row, then by whether the call's end was told,
 * then by whether it is known to be published.
 */
export const revisionOf = ({ version, state, sent }: Announcement): number =>
  version * 4 + (state === 'started' ? 0 : 2) + (sent ? 1 : 0);

const toRow = (announcement: Announcement): AnnouncedCallRow => ({
  tenant_id: announcement.tenant_id,
  call_started_at: announcement.call_started_at,
  call_id: announcement.call_id,
  revision: revisionOf(announcement),
  version: announcement.version,
  state: announcement.state,
  sent: announcement.sent,
  facts: JSON.stringify(announcement.facts),
  notifications: announcement.notifications,
});

type AnnouncedAnswer = {
  readonly tenant_id: string;
  readonly call_id: string;
  readonly anchor_us: number;
  readonly version: number;
  readonly state: Announcement['state'];
  readonly sent: boolean;
  readonly facts: string;
  readonly notifications: readonly string[];
};

const toAnnouncement = (row: AnnouncedAnswer): Announcement => ({
  tenant_id: row.tenant_id,
  call_id: row.call_id,
  call_started_at: row.anchor_us,
  version: row.version,
  state: row.state,
  sent: row.sent,
  facts: JSON.parse(row.facts) as CallFacts,
  notifications: row.notifications.map((bytes) => Buffer.from(bytes, 'base64')),
});

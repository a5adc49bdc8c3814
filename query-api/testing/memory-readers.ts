import { Readable } from 'node:stream';
import type { ObjectBody } from '../../runtime/s3.ts';
import type { ApiKey } from '../../schemas/directory.ts';
import { isoFromMicros } from '../../schemas/event-json.ts';
import type { Event } from '../../schemas/events.ts';
import type { KeyStore } from '../api-keys/key-store.ts';
import type { CallDetailRow } from '../calls/call-columns.ts';
import type { CallReader } from '../calls/call-reader.ts';
import type { Key } from '../listing/keyset.ts';
import type { Audio } from '../recordings/audio.ts';
import type { DownloadLinks } from '../recordings/download-links.ts';
import type { RecordingFound, RecordingTold } from '../recordings/recording-query.ts';
import type { RecordingReader } from '../recordings/recording-reader.ts';
import { callRow, recordingRow } from './rows.ts';

const instant = (us: number | null): string | null => (us === null ? null : isoFromMicros(us));

/** A call's row as the tables give it. */
export const callFound = (given: Parameters<typeof callRow>[0] = {}): CallDetailRow => {
  const row = callRow(given);
  const told = JSON.parse(
    JSON.stringify(row, (name, value: unknown) =>
      (name.endsWith('_at') || ['at', 'from', 'to'].includes(name)) && typeof value === 'number'
        ? instant(value)
        : value,
    ),
  ) as CallDetailRow;
  return { ...told, recording_ids: row.recordings.map(({ recording_id }) => recording_id) };
};

/** A recording's row as the tables give it. */
export const recordingFound = (given: Parameters<typeof recordingRow>[0] = {}): RecordingFound => {
  const { started_at, updated_at, ...row } = recordingRow(given);
  return { ...row, started_at: isoFromMicros(started_at), updated_at: isoFromMicros(updated_at) };
};

type Asked = { readonly tenantId: string; readonly filters: unknown; readonly page: unknown };

/** Calls of the tenant acme in memory; notes what it was asked for. */
export const memoryCalls = (
  calls: readonly CallDetailRow[],
  { events = [], next = null }: { events?: readonly Event[]; next?: Key | null } = {},
): { reader: CallReader; asked: Asked[] } => {
  const asked: Asked[] = [];
  const reader: CallReader = {
    list: async (tenantId, filters, page) => {
      asked.push({ tenantId, filters, page });
      const total = page.wantsTotal ? ({ total: calls.length, total_relation: 'eq' } as const) : null;
      return { rows: tenantId === 'acme' ? calls : [], next, total };
    },
    find: async (tenantId, id) => {
      if (id === 'twice') return 'ambiguous';
      return (tenantId === 'acme' && calls.find((call) => [call.call_id, call.call_key].includes(id))) || null;
    },
    events: async (_tenantId, _call, { limit, after }) => {
      const start = after === undefined || after === null ? 0 : Number(after.id);
      const end = start + limit;
      return { events: events.slice(start, end), next: end < events.length ? { at: 0, id: String(end) } : null };
    },
    findWithEvents: async (tenantId, id, limits, signal) => {
      const call = await reader.find(tenantId, id, signal);
      if (call === null || call === 'ambiguous') return call;
      return { call, events: await reader.events(tenantId, call, limits, signal) };
    },
  };
  return { reader, asked };
};

export const memoryRecordings = (
  rows: readonly RecordingFound[],
  told: RecordingTold = { recording_times: [], transcripts: [] },
): RecordingReader => ({
  list: async (tenantId) => ({ rows: tenantId === 'acme' ? rows : [], next: null, total: null }),
  find: async (tenantId, id) => (tenantId === 'acme' && rows.find(({ recording_id }) => recording_id === id)) || null,
  told: async () => told,
});

export const memoryAudio = (objects: Readonly<Record<string, Buffer>>): Audio => ({
  read: async (_tenantId, key, range): Promise<ObjectBody | null> => {
    const bytes = objects[key];
    if (bytes === undefined) return null;
    const [first = 0, last = bytes.length - 1] = range?.match(/\d+/g)?.map(Number) ?? [];
    const part = bytes.subarray(first, last + 1);
    return { body: Readable.from([part]), bytes: part.length, contentType: '', contentRange: range ?? null };
  },
  presign: async (_tenantId, key) => `http://s3/${key}`,
});

export const fixedLinks: DownloadLinks = {
  linkTo: async (_tenantId, { status, object_key }) =>
    status === 'available' ? { url: `http://s3/${object_key}`, expiresAt: '2026-01-20T10:05:00.000000Z' } : null,
  linksOf: async (_tenant, ids) =>
    new Map(ids.map((id) => [id, { url: `http://s3/${id}`, expiresAt: '2026-01-20T10:05:00.000000Z' }])),
};

export const memoryKeys = (): { store: KeyStore; keys: ApiKey[] } => {
  const keys: ApiKey[] = [];
  const store: KeyStore = {
    list: (tenantId) => keys.filter((key) => key.tenantId === tenantId),
    create: async (actor, { name, scopes, switchId }) => {
      const key = {
        keyId: `key_${keys.length + 1}`,
        tenantId: actor.tenantId,
        name,
        scopes,
        switchId,
        createdAtUs: 0,
        revokedAtUs: null,
      };
      keys.push(key);
      return { key, secret: 'sk_live_new' };
    },
    revoke: async (actor, keyId) => keys.some((key) => key.keyId === keyId && key.tenantId === actor.tenantId),
  };
  return { store, keys };
};

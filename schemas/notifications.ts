import { hash } from 'node:crypto';
import { toBase32 } from './base32.ts';
import type { CallDirection, CallEndedBy, CallState, Disposition, Quality } from './call-row.ts';
import { singleObjectCodec } from './single-object.ts';
import type { Presentation } from './vocabulary.ts';

// What subscribers are told about calls, on the topic `notifications`: docs/notifications.md.

export type Party = { number: string | null; e164: string | null; name: string | null };

/** A call as the API shows it. Instants are µs, spans ms. */
export type CallFacts = {
  state: CallState;
  merged_into: string | null;
  switch_id: string;
  direction: CallDirection;
  disposition: Disposition;
  started_at: number;
  switch_answered_at: number | null;
  answered_at: number | null;
  ended_at: number | null;
  duration_ms: number;
  setup_ms: number | null;
  ring_ms: number;
  wait_ms: number;
  connect_ms: number;
  hold_ms: number;
  talk_ms: number;
  bill_ms: number;
  caller: Party;
  caller_presentation: Presentation;
  callee: Party;
  dialled_number: string | null;
  hangup_cause: string | null;
  cause_q850: number | null;
  sip_code: number | null;
  ended_by: CallEndedBy;
  answered_by_kind: string | null;
  answered_by_id: string | null;
  last_answered_by_id: string | null;
  reached_voicemail: boolean;
  queue_ids: readonly string[];
  has_recording: boolean;
  recording_ids: readonly string[];
  quality: readonly Quality[];
};

/** A field that differs from what was told before; the values as JSON, instants in ISO-8601. */
export type Change = { field: string; before: string; after: string };

export type NotificationType = 'call.started' | 'call.ended' | 'call.updated' | 'call.merged';

export type Notification = {
  /** Deduplicate by it: a notification may come twice, and the same id always has the same content. */
  notification_id: string;
  type: NotificationType;
  tenant_id: string;
  call_id: string;
  call_key: string;
  /** Of the call's row: higher is newer. */
  version: number;
  occurred_at: number;
  call: CallFacts;
  changes: readonly Change[];
};

const codec = singleObjectCodec('notification');

export const encodeNotification = (notification: Notification): Buffer => codec.encode(notification);

/** Throws where the bytes are no notification. */
export const decodeNotification = (bytes: Buffer): Notification => codec.decode(bytes) as Notification;

/** A call is told once that it started and once that it ended, of each version's change once: so are the ids made. */
export const notificationId = (callId: string, type: NotificationType, about: string | number = ''): string => {
  const digest = hash('sha256', `${callId}\0${type}\0${about}`, 'buffer').subarray(0, 16);
  return `ntf_${toBase32(Uint8Array.from(digest, (byte, at) => (at === 0 ? byte & 0x7f : byte)))}`;
};

/** Kafka key of a notification: all about a call are in one partition, in order. */
export const notificationKey = ({ tenant_id, call_id }: Pick<Notification, 'tenant_id' | 'call_id'>): string =>
  `${tenant_id}:${call_id}`;

import {
  type CallFacts,
  type Notification,
  notificationId,
  type NotificationType,
} from '../../schemas/notifications.ts';
import { changesBetween, factsOf } from './call-facts.ts';
import type { CallView } from './call-view.ts';

/** What was last told about a call. */
export type Announced = {
  readonly version: number;
  readonly state: 'started' | 'ended' | 'merged';
  readonly facts: CallFacts;
};

export type Decision = {
  readonly notifications: readonly Notification[];
  /** What will have been told then; null where there is nothing to tell. */
  readonly next: Announced | null;
  /** The call ended, and nothing more may come for a while before that is told. */
  readonly awaitsGrace: boolean;
};

const nothing: Decision = { notifications: [], next: null, awaitsGrace: false };

/** After an end corrections often follow at once: so long nothing new must have come before it is told. */
export const graceUs = 5_000_000;

/**
 * What is to be told about a call, from what was told before and its row now. `nowUs` is our clock; once the grace has
 * been waited for, infinity.
 */
export const decide = (announced: Announced | null, row: CallView, nowUs: number): Decision => {
  // Tables that are being built anew show calls as they were.
  if (announced !== null && row.version < announced.version) return nothing;
  if (row.state === 'merged') return decideMerged(announced, row);
  const facts = factsOf(row);
  const wasEnded = announced?.state === 'ended';
  const isFinal = row.state === 'ended' && nowUs >= row.updated_at + graceUs;
  const awaitsGrace = row.state === 'ended' && !wasEnded && !isFinal;
  const notifications: Notification[] = [];
  if (announced === null) notifications.push(tell('call.started', row, facts));
  if (isFinal && !wasEnded) notifications.push(tell('call.ended', row, facts));
  else if (announced !== null && !awaitsGrace) {
    const changes = changesBetween(announced.facts, facts);
    if (changes.length > 0) notifications.push({ ...tell('call.updated', row, facts), changes });
  }
  if (notifications.length === 0) return { ...nothing, awaitsGrace };
  const state = wasEnded || isFinal ? 'ended' : 'started';
  return { notifications, next: { version: row.version, state, facts }, awaitsGrace };
};

/** A call that became part of another has no end of its own; who was told that it began is told where it went. */
const decideMerged = (announced: Announced | null, row: CallView): Decision => {
  const facts = factsOf(row);
  if (announced === null || announced.facts.merged_into === facts.merged_into) return nothing;
  const next: Announced = { version: row.version, state: 'merged', facts };
  return { notifications: [tell('call.merged', row, facts)], next, awaitsGrace: false };
};

const tell = (type: NotificationType, row: CallView, call: CallFacts): Notification => ({
  notification_id: notificationId(row.call_id, type, aboutOf(type, row)),
  type,
  tenant_id: row.tenant_id,
  call_id: row.call_id,
  call_key: row.call_key,
  version: row.version,
  occurred_at: occurredAtOf(type, row),
  call,
  changes: [],
});

const aboutOf = (type: NotificationType, { version, merged_into }: CallView): string | number => {
  switch (type) {
    case 'call.started':
    case 'call.ended':
      return '';
    case 'call.updated':
      return version;
    case 'call.merged':
      return merged_into;
  }
};

const occurredAtOf = (type: NotificationType, { started_at, ended_at, updated_at }: CallView): number => {
  switch (type) {
    case 'call.started':
      return started_at;
    case 'call.ended':
      return ended_at ?? updated_at;
    case 'call.updated':
    case 'call.merged':
      return updated_at;
  }
};

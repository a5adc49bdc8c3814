import type { Event } from '../../schemas/events.ts';
import { appOf, mailboxOf } from './asterisk-applications.ts';
import { callsLinked, channelEvent } from './asterisk-event.ts';
import type { CelRow } from './cel-row.ts';

export const appEntered = (row: CelRow): Event[] => {
  if (row.app.toLowerCase() === 'queue') return queueEntered(row);
  const app = appOf(row.app);
  if (app === undefined) return [];
  return [channelEvent(row, row, 'app.entered', { app, name: row.app, mailbox: mailboxOf(app, row.appData) })];
};

/** queue_log knows a caller by the channel alone: where another channel began the call, this joins the two. */
const queueEntered = (row: CelRow): Event[] =>
  callsLinked(row, row.uniqueId, { uniqueId: row.linkedId, linkedId: row.linkedId }, 'queue');

export const appLeft = (row: CelRow): Event[] => {
  const app = appOf(row.app);
  return app === undefined ? [] : [channelEvent(row, row, 'app.left', { app, name: row.app })];
};

import type { Event } from '../../schemas/events.ts';
import type { App } from '../../schemas/vocabulary.ts';
import { cleanText } from '../clean-text.ts';
import { appName, appOf, mailboxOf } from './asterisk-applications.ts';
import { callsLinked, channelEvent } from './asterisk-event.ts';
import { type CelRow, detailText } from './cel-row.ts';

export const appEntered = (row: CelRow): Event[] => {
  if (row.app.toLowerCase() === 'queue') return queueEntered(row);
  const app = appOf(row.app);
  if (app === undefined) return [];
  return [
    channelEvent(row, row, 'app.entered', {
      app,
      name: appName(app, row.app, row.appData),
      mailbox: mailboxOf(app, row.appData),
    }),
  ];
};

/** queue_log knows a caller by the channel alone: where another channel began the call, this joins the two. */
const queueEntered = (row: CelRow): Event[] =>
  callsLinked(row, row.uniqueId, { uniqueId: row.linkedId, linkedId: row.linkedId }, 'queue');

export const appLeft = (row: CelRow): Event[] => {
  const app = appOf(row.app);
  return app === undefined
    ? []
    : [channelEvent(row, row, 'app.left', { app, name: appName(app, row.app, row.appData) })];
};

/** Wazo's dialplan tells what its rooms are called: `NAME: sales`, or for a meeting the name alone. */
export const roomNamed =
  (app: App) =>
  (row: CelRow): Event[] => {
    const name = cleanText(detailText(row, 'extra').replace(/^\s*NAME:\s*/, ''));
    return name === '' ? [] : [channelEvent(row, row, 'app.entered', { app, name, mailbox: '' })];
  };

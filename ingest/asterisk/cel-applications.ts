import type { Event } from '../../schemas/events.ts';
import type { App } from '../../schemas/vocabulary.ts';
import { cleanText } from '../clean-text.ts';
import { channelEvent } from './asterisk-event.ts';
import type { CelRow } from './cel-row.ts';

/** Applications that answer a caller in a person's place, in lower case: Asterisk's own spelling changed over time. */
const apps: ReadonlyMap<string, App> = new Map([
  ['voicemail', 'voicemail'],
  ['voicemailmain', 'other'],
  ['confbridge', 'conference'],
  ['meetme', 'conference'],
  ['receivefax', 'fax'],
  ['sendfax', 'fax'],
]);

/** Listening to one's own mailbox (VoiceMailMain) is not leaving a message. */
export const appEntered = (row: CelRow): Event[] => {
  const app = apps.get(row.app.toLowerCase());
  if (app === undefined) return [];
  // `1001@default,u`, or several boxes joined by &: the first is whose greeting is heard.
  const mailbox = app === 'voicemail' ? cleanText(row.appData.split(/[,@&]/)[0] ?? '') : '';
  return [channelEvent(row, row, 'app.entered', { app, name: row.app, mailbox })];
};

export const appLeft = (row: CelRow): Event[] => {
  const app = apps.get(row.app.toLowerCase());
  return app === undefined ? [] : [channelEvent(row, row, 'app.left', { app, name: row.app })];
};

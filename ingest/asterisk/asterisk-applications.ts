import type { App } from '../../schemas/vocabulary.ts';
import { cleanText } from '../clean-text.ts';

/** Applications that answer a caller in a person's place, in lower case: Asterisk's own spelling changed over time. */
const apps: ReadonlyMap<string, App> = new Map([
  ['voicemail', 'voicemail'],
  // Listening to one's own mailbox is not leaving a message.
  ['voicemailmain', 'other'],
  ['confbridge', 'conference'],
  ['meetme', 'conference'],
  ['receivefax', 'fax'],
  ['sendfax', 'fax'],
  ['chanspy', 'spy'],
  ['extenspy', 'spy'],
]);

/** What an application of the dialplan is to a caller; undefined where it is nothing of its own. */
export const appOf = (application: string): App | undefined => apps.get(application.toLowerCase());

/** A room goes by its own name, everything else by the application's. */
export const appName = (app: App, application: string, appData: string): string =>
  (app === 'conference' ? cleanText(appData.split(',')[0] ?? '') : '') || application;

/** `1001@default,u`, or several boxes joined by &: the first is whose greeting is heard. */
export const mailboxOf = (app: App, appData: string): string =>
  app === 'voicemail' ? cleanText(appData.split(/[,@&]/)[0] ?? '') : '';

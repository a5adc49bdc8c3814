import type { Event } from '../../schemas/events.ts';
import type { App } from '../../schemas/vocabulary.ts';
import { cleanText } from '../clean-text.ts';
import type { Channel } from './channel.ts';
import { type Headers, textOf } from './headers.ts';
import { canonicalEvent } from './native-event.ts';

/** Dialplan applications that answer a caller in a person's place. */
const apps: ReadonlyMap<string, App> = new Map([
  ['voicemail', 'voicemail'],
  ['conference', 'conference'],
  ['ivr', 'ivr'],
  ['valet_park', 'park'],
  ['rxfax', 'fax'],
  ['txfax', 'fax'],
  ['eavesdrop', 'spy'],
  ['userspy', 'spy'],
]);

type Entered = { app: App; name: string; mailbox: string };

/** Of `daily@default+1234+flags{mute}` the room's name; the rest may be a PIN. */
const roomOf = (data: string): string => cleanText(/^[^@+\s]*/.exec(data)?.[0] ?? '');

/**
 * The application a channel executes, or null for those that do not matter. Its arguments may hold anything, so only a
 * mailbox or a room is taken from them: `voicemail default DOMAIN BOX` leaves a message, `voicemail check …` listens to one's own.
 */
const applicationOf = (headers: Headers): Entered | null => {
  const name = textOf(headers, 'Application');
  const app = apps.get(name);
  if (app === undefined) return null;
  const data = textOf(headers, 'Application-Data');
  if (app === 'conference') return { app, name: roomOf(data) || name, mailbox: '' };
  if (app !== 'voicemail') return { app, name, mailbox: '' };
  const words = data.split(' ');
  if (words.includes('check')) return { app: 'other', name: 'voicemail check', mailbox: '' };
  return { app, name, mailbox: cleanText(words.length > 2 ? (words.at(-1) ?? '') : '') };
};

export const appEntered = ({ native, place }: Channel): Event[] => {
  if (textOf(native.headers, 'Application') === 'att_xfer') return consultationBegun({ native, place });
  const application = applicationOf(native.headers);
  return application === null ? [] : [canonicalEvent(native, place, 'app.entered', native.stampUs, application)];
};

/** The dialplan's own attended transfer, `att_xfer user/1003@example.net`: how it comes out is told by the bridges. */
const consultationBegun = ({ native, place }: Pick<Channel, 'native' | 'place'>): Event[] => {
  const dialled = textOf(native.headers, 'Application-Data').replace(/^(\{[^}]*\}|\[[^\]]*\])+/, '');
  const user = dialled.slice(dialled.lastIndexOf('/') + 1).split('@')[0] ?? '';
  return [
    canonicalEvent(native, place, 'leg.transferred', native.stampUs, {
      kind: 'attended',
      by_leg_id: place.legId,
      target: cleanText(user),
      from_leg_id: null,
      to_leg_id: null,
      result: 'unknown',
      forward_reason: 'none',
    }),
  ];
};

export const appLeft = ({ native, place }: Channel): Event[] => {
  const application = applicationOf(native.headers);
  if (application === null) return [];
  const { app, name } = application;
  return [canonicalEvent(native, place, 'app.left', native.stampUs, { app, name })];
};

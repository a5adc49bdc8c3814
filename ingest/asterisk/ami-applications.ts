import { amiChannel, type AmiEvent, amiText } from './ami-event.ts';
import { type AmiReader, ofChannel } from './ami-reader.ts';
import { appOf, mailboxOf } from './asterisk-applications.ts';
import { channelEvent, legOrNull } from './asterisk-event.ts';

/** Rooms and spies have events of their own, which also tell the end. */
export const isTellingApplication = (application: string): boolean => {
  const app = appOf(application);
  return app !== undefined && app !== 'conference' && app !== 'spy';
};

const executed = ofChannel((event, channel) => {
  const name = amiText(event.fields, 'Application');
  const app = appOf(name);
  if (app === undefined) return [];
  const mailbox = mailboxOf(app, amiText(event.fields, 'AppData'));
  return [channelEvent(event, channel, 'app.entered', { app, name, mailbox })];
});

const roomOf = ({ fields }: AmiEvent): string => amiText(fields, 'Conference') || amiText(fields, 'Meetme');

const joined = ofChannel((event, channel) => [
  channelEvent(event, channel, 'app.entered', { app: 'conference', name: roomOf(event), mailbox: '' }),
]);

const left = ofChannel((event, channel) => [
  channelEvent(event, channel, 'app.left', { app: 'conference', name: roomOf(event) }),
]);

const listenedTo = (event: AmiEvent): string | null =>
  legOrNull(event, amiChannel(event.fields, 'Spyee')?.uniqueId ?? '');

const spyStarted = ofChannel(
  (event, spy) => [
    channelEvent(event, spy, 'app.entered', { app: 'spy', name: 'ChanSpy', mailbox: '' }, listenedTo(event)),
  ],
  'Spyer',
);

const spyStopped = ofChannel(
  (event, spy) => [channelEvent(event, spy, 'app.left', { app: 'spy', name: 'ChanSpy' }, listenedTo(event))],
  'Spyer',
);

/** Applications that a channel is in, by the name of the event. */
export const amiApplicationEvents: readonly (readonly [string, AmiReader])[] = [
  ['Newexten', executed],
  ['ConfbridgeJoin', joined],
  ['ConfbridgeLeave', left],
  ['MeetmeJoin', joined],
  ['MeetmeLeave', left],
  ['ChanSpyStart', spyStarted],
  ['ChanSpyStop', spyStopped],
];

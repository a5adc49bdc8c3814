import { q850Of, sipFailure } from '../../schemas/q850.ts';
import type { BridgeKind, EndedBy, ProgressKind } from '../../schemas/vocabulary.ts';
import { causeName } from '../q850-causes.ts';
import { amiChannel, amiCount, type AmiEvent, amiText } from './ami-event.ts';
import { type AmiReader, ofChannel } from './ami-reader.ts';
import { channelEvent, legOrNull, switchScoped } from './asterisk-event.ts';
import { type Channel, channelFacts } from './channel-facts.ts';

const created = ofChannel((event, channel) => [
  channelEvent(event, channel, 'leg.created', { leg: channelFacts(channel, event.occurredAtUs), parent_leg_id: null }),
]);

/** `ChannelState`: 5 a phone that rings, 6 up; the others say nothing that a caller would notice. */
const newState = ofChannel((event, channel) => {
  const state = amiText(event.fields, 'ChannelState');
  if (state === '5') return [channelEvent(event, channel, 'leg.progress', { kind: 'ringing', sip_code: null })];
  if (state !== '6') return [];
  return [channelEvent(event, channel, 'leg.answered', { leg: channelFacts(channel, null), amd: 'unknown' })];
});

/** Who called whom: the channel itself, told by Newchannel, knows neither. */
const dialBegan = ofChannel((event, called) => {
  const caller = amiChannel(event.fields);
  const leg = channelFacts(called, null);
  const dialled = dialledNumber(amiText(event.fields, 'DialString')) || leg.dialled;
  return [
    channelEvent(event, called, 'leg.created', {
      leg: { ...leg, dialled },
      parent_leg_id: legOrNull(event, caller?.uniqueId ?? ''),
    }),
  ];
}, 'Dest');

/** `777`, `SIP/777`, `PJSIP/777@trunk`, `PJSIP/trunk/sip:777@192.0.2.1`, `Local/777@queue/n`; never `user:secret@`. */
const dialledNumber = (dialString: string): string => {
  const last = dialString.split('/').findLast((part) => part !== 'n') ?? '';
  const user = last.replace(/^sips?:/, '').replace(/@.*$/s, '');
  return user.replace(/:.*$/s, '');
};

const progress: ReadonlyMap<string, ProgressKind> = new Map([
  ['RINGING', 'ringing'],
  ['PROGRESS', 'early_media'],
  ['PROCEEDING', 'trying'],
]);

const dialState = ofChannel((event, called) => {
  const kind = progress.get(amiText(event.fields, 'DialStatus').toUpperCase());
  return kind === undefined ? [] : [channelEvent(event, called, 'leg.progress', { kind, sip_code: null })];
}, 'Dest');

/** Why a phone was not reached, as Q.850; what was answered or given up, its Hangup tells. */
const dialCauses: ReadonlyMap<string, number> = new Map([
  ['BUSY', 17],
  ['NOANSWER', 19],
  ['CHANUNAVAIL', 20],
  ['CONGESTION', 34],
]);

const dialEnded = ofChannel((event, called) => {
  const forward = amiText(event.fields, 'Forward', 1024);
  if (forward !== '')
    return [
      channelEvent(event, called, 'leg.transferred', {
        kind: 'forward',
        by_leg_id: switchScoped(event, called.uniqueId),
        target: forward,
        from_leg_id: null,
        to_leg_id: null,
        result: 'completed',
        forward_reason: 'unconditional',
      }),
    ];
  const cause = dialCauses.get(amiText(event.fields, 'DialStatus'));
  return cause === undefined ? [] : [legEnded(event, called, { cause, sipCode: null, endedBy: 'unknown' })];
}, 'Dest');

const bridgeOf = ({ fields }: AmiEvent): { bridge_id: string; bridge_kind: BridgeKind } => ({
  bridge_id: amiText(fields, 'BridgeUniqueid'),
  bridge_kind: bridgeKind(amiText(fields, 'BridgeType'), amiText(fields, 'BridgeTechnology')),
});

const bridgeKind = (type: string, technology: string): BridgeKind => {
  if (type === 'parking') return 'park';
  if (technology === 'holding_bridge') return 'hold';
  return technology === 'softmix' ? 'conference' : 'talk';
};

const bridged = ofChannel((event, channel) => [
  channelEvent(event, channel, 'leg.bridged', { ...bridgeOf(event), leg: channelFacts(channel, null) }),
]);

const unbridged = ofChannel((event, channel) => [channelEvent(event, channel, 'leg.unbridged', bridgeOf(event))]);

type End = { cause: number | null; sipCode: number | null; endedBy: EndedBy };

const legEnded = (event: AmiEvent, channel: Channel, { cause, sipCode, endedBy }: End) =>
  channelEvent(event, channel, 'leg.ended', {
    cause_q850: q850Of(sipCode, cause),
    sip_code: sipCode,
    cause_native: cause === null ? '' : causeName(cause),
    ended_by: endedBy,
    leg: channelFacts(channel, null),
    totals: null,
  });

const hungUp = ofChannel((event, channel) => {
  const cause = amiCount(event.fields, 'Cause') || null;
  // `SIP 486 Busy Here`, since Asterisk 21.
  const [, code] = /^SIP (\d{3})\b/.exec(amiText(event.fields, 'TechCause')) ?? [];
  const sipCode = code === undefined ? null : sipFailure(Number(code));
  return [legEnded(event, channel, { cause, sipCode, endedBy: 'unknown' })];
});

/** Who wants the end; Hangup tells the cause a moment later. */
const hangupAsked = (endedBy: EndedBy): AmiReader =>
  ofChannel((event, channel) => [legEnded(event, channel, { cause: null, sipCode: null, endedBy })]);

const held = ofChannel((event, channel) => [
  channelEvent(event, channel, 'leg.held', { by_leg_id: switchScoped(event, channel.uniqueId) }),
]);

const resumed = ofChannel((event, channel) => [
  channelEvent(event, channel, 'leg.resumed', { by_leg_id: switchScoped(event, channel.uniqueId) }),
]);

/** Music is what the other side hears. */
const musicStarted = ofChannel((event, channel) => [channelEvent(event, channel, 'leg.held', { by_leg_id: null })]);

const musicStopped = ofChannel((event, channel) => [channelEvent(event, channel, 'leg.resumed', { by_leg_id: null })]);

/** What happens to a channel, by the name of the event. */
export const amiChannelEvents: readonly (readonly [string, AmiReader])[] = [
  ['Newchannel', created],
  ['Newstate', newState],
  ['DialBegin', dialBegan],
  ['DialState', dialState],
  ['DialEnd', dialEnded],
  ['BridgeEnter', bridged],
  ['BridgeLeave', unbridged],
  // The far end hung up; the switch itself wants the end.
  ['HangupRequest', hangupAsked('far')],
  ['SoftHangupRequest', hangupAsked('near')],
  ['Hangup', hungUp],
  ['Hold', held],
  ['Unhold', resumed],
  ['MusicOnHoldStart', musicStarted],
  ['MusicOnHoldStop', musicStopped],
];

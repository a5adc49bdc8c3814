import type { Event } from '../../schemas/events.ts';
import type { Channel } from './channel.ts';
import { canonicalEvent } from './native-event.ts';

/** Calls that this channel shows to be one. Those that cannot be known to have others' events find none, and stay. */
export const callLinks = (channel: Channel): Event[] => {
  const { kin, place } = channel;
  const { callKey } = place;
  const own = place.legId as string;
  const links = kin.joined.flatMap((partner) => linked(channel, partner, callKey, 'bridge'));
  if (kin.otherHalf !== '') links.push(...linked(channel, kin.otherHalf, callKey, 'loopback'));
  // A called channel that calls on, or is joined with others, is what those others know of this call.
  if (kin.isCalling || kin.joined.length > 0) links.push(...linked(channel, own, callKey, 'leg'));
  return links;
};

/** Of a new channel: whoever called it is in a call of another already. */
export const callerLinks = (channel: Channel): Event[] => {
  const { originator, callUuid, legId } = channel.kin;
  return originator === '' || callUuid === legId ? [] : linked(channel, originator, callUuid, 'leg');
};

const linked = (channel: Channel, from: string, into: string, reason: string): Event[] => {
  if (from === into || from === '' || into === '') return [];
  const { native, place, createdAtUs } = channel;
  const link = { from_call_key: from, into_call_key: into, into_call_started_at: null, reason };
  return [from, into].map((callKey) => {
    const callStartedAtUs = callKey === place.legId ? createdAtUs : null;
    const told = { callKey, callStartedAtUs, legId: null, otherLegId: null };
    return canonicalEvent(native, told, 'call.linked', native.stampUs, link, `${from} ${into}`);
  });
};

import { cleanText } from '../clean-text.ts';

/** How a channel came to be, and with which others the switch has joined it since. */
export type Kinship = {
  readonly legId: string;
  readonly direction: string;
  /** Channel that called this one; empty where it came in, or the switch called it for nobody. */
  readonly originator: string;
  /** `call_uuid`, which FreeSWITCH changes with every bridge: of the leg that holds the bridge, else the channel's own. */
  readonly callUuid: string;
  /** Channels to which the switch bridged this one by itself: a transfer, a pick-up, a retrieval, a queue. */
  readonly joined: readonly string[];
  /** Other half of a loopback channel, told by its first half. */
  readonly otherHalf: string;
  /** Whether it has called others. */
  readonly isCalling: boolean;
};

type Read = (name: string) => string;

/** The kinship that an event's headers tell. */
export const kinshipOf = (header: Read, legId: string): Kinship => {
  const variable: Read = (name) => header(`variable_${name}`);
  const joined = joinedWith(`${header('Caller-Transfer-Source')}|${variable('transfer_history')}`);
  const other = header('Other-Type') === 'originator' ? header('Other-Leg-Unique-ID') : '';
  return kinship(legId, header('Call-Direction') || variable('direction'), variable, {
    callUuid: header('Channel-Call-UUID'),
    joined,
    // A bridge makes its holder the originator, as far as these headers tell.
    originator: joined.includes(other) ? '' : other,
    isCalling: header('Bridge-A-Unique-ID') === legId,
  });
};

/** The kinship that a CDR's variables tell. */
export const cdrKinshipOf = (variable: Read, legId: string): Kinship =>
  kinship(legId, variable('direction'), variable, {
    callUuid: '',
    joined: joinedWith(variable('transfer_history')),
    originator: '',
    isCalling: variable('last_bridge_role') === 'originator',
  });

type Told = Pick<Kinship, 'callUuid' | 'joined' | 'originator' | 'isCalling'>;

const kinship = (legId: string, direction: string, variable: Read, told: Told): Kinship => ({
  legId,
  direction,
  originator: direction === 'outbound' ? cleanText(variable('originator') || told.originator) : '',
  callUuid: cleanText(told.callUuid || variable('call_uuid')),
  joined: told.joined,
  otherHalf: variable('loopback_leg') === 'A' ? cleanText(variable('other_loopback_leg_uuid')) : '',
  isCalling: told.isCalling || variable('originated_legs') !== '',
});

/** `epoch:profile:uuid_br:CHANNEL` in a history of transfers; `bl_xfer` is there for every dialplan's own transfer too. */
const joinedWith = (history: string): string[] => {
  if (!history.includes(':uuid_br:')) return [];
  const partners = history.slice(0, maxHistory).matchAll(/:uuid_br:([^:|,\s"]{1,64})/g);
  return [...new Set([...partners].map(([, partner]) => cleanText(partner ?? '')))].slice(0, maxPartners);
};

const maxHistory = 16_384;
/** A call that is sent on more often than this goes round in a loop. */
const maxPartners = 16;

/**
 * The key of the channel's call: the channel that called it, else itself. `call_uuid` alone would not do: at the end of
 * a bridge it becomes the channel's own id, and the end of a call would be told of another call than its beginning.
 */
export const callKeyOf = ({ legId, direction, originator, callUuid }: Kinship): string => {
  if (originator !== '') return originator;
  return direction === 'inbound' ? legId : callUuid || legId;
};

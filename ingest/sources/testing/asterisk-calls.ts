import type { Fields } from './asterisk-peer.ts';

let channels = 0;

/** A short call of one channel, in the manager's words. */
export const shortCall = (uniqueId = `${Math.floor(Date.now() / 1000)}.${channels++}`): Fields[] => {
  const channel = {
    Channel: `PJSIP/1001-${uniqueId}`,
    CallerIDNum: '1001',
    CallerIDName: 'Zoë',
    Context: 'internal',
    Exten: '1002',
    Uniqueid: uniqueId,
    Linkedid: uniqueId,
  };
  return [
    { Event: 'Newchannel', ...channel, ChannelState: '4', ChannelStateDesc: 'Ring' },
    { Event: 'Newstate', ...channel, ChannelState: '6', ChannelStateDesc: 'Up' },
    { Event: 'Hangup', ...channel, Cause: '16', 'Cause-txt': 'Normal Clearing' },
  ];
};

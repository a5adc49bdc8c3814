// One call through a queue of Asterisk, told by its manager: Ada waits in `support` and talks to Grace at phone 1002.

export type Fields = Record<string, string>;

export const caller = '1767607200.31';
export const agent = '1767607204.32';

/** 2026-01-05T10:00:00Z in seconds. */
export const startS = 1_767_607_200;

let nextSequence = 500;

const channel = (name: string, id: string, state: string, prefix = ''): Fields => ({
  [`${prefix}Channel`]: name,
  [`${prefix}ChannelState`]: state,
  [`${prefix}ChannelStateDesc`]: { '0': 'Down', '4': 'Ring', '5': 'Ringing', '6': 'Up' }[state] ?? '',
  [`${prefix}CallerIDNum`]: id === caller ? '5550100' : '<unknown>',
  [`${prefix}CallerIDName`]: id === caller ? 'Ada Lovelace' : '<unknown>',
  [`${prefix}Context`]: 'from-trunk',
  [`${prefix}Exten`]: id === caller ? '800' : 's',
  [`${prefix}Priority`]: '3',
  [`${prefix}Uniqueid`]: id,
  [`${prefix}Linkedid`]: caller,
});

export const ofCaller = (state: string, prefix = ''): Fields => channel('PJSIP/trunk-0000001f', caller, state, prefix);
export const ofAgent = (state: string, prefix = ''): Fields => channel('PJSIP/1002-00000020', agent, state, prefix);

/** An event at a second after the call began; untimed where `timestampevents` is off. */
export const managerEvent = (name: string, second: number | null, ...more: readonly Fields[]): Fields => ({
  Event: name,
  Privilege: 'call,all',
  ...(second === null ? {} : { Timestamp: (startS + second).toFixed(6) }),
  SequenceNumber: String(nextSequence++),
  ...Object.assign({}, ...more),
});

const queue: Fields = { Queue: 'support' };
const member: Fields = { ...queue, Interface: 'PJSIP/1002', MemberName: 'Grace' };
const bridge: Fields = {
  BridgeUniqueid: 'b51d6e0e-5d0e-4c55-9b33-1a6f4a4c9a01',
  BridgeType: 'basic',
  BridgeTechnology: 'simple_bridge',
};

/** The whole call: 4 s in the dialplan, 6 s in the queue, 10 s of talk, then the caller hangs up. */
export const managerCall = (timed = true): Fields[] => {
  const at = (second: number): number | null => (timed ? second : null);
  nextSequence = 500;
  return [
    managerEvent('Newchannel', at(0.25), ofCaller('0')),
    managerEvent('Newstate', at(0.26), ofCaller('4')),
    managerEvent('VarSet', at(0.3), ofCaller('4'), { Variable: 'CARD', Value: '4111111111111111' }),
    managerEvent('VarSet', at(0.4), ofCaller('4'), {
      Variable: 'MIXMONITOR_FILENAME',
      Value: `/var/spool/asterisk/monitor/${caller}.wav`,
    }),
    managerEvent('Newstate', at(0.5), ofCaller('6')),
    managerEvent('DTMFEnd', at(2), ofCaller('6'), { Digit: '4', DurationMs: '90' }),
    managerEvent('QueueCallerJoin', at(4), ofCaller('6'), queue, { Position: '2', Count: '2' }),
    managerEvent('MusicOnHoldStart', at(4.01), ofCaller('6'), { Class: 'default' }),
    managerEvent('Newchannel', at(4.2), ofAgent('0')),
    managerEvent('AgentCalled', at(4.3), ofCaller('6'), ofAgent('0', 'Dest'), member),
    managerEvent('DialBegin', at(4.31), ofCaller('6'), ofAgent('0', 'Dest'), { DialString: 'PJSIP/1002' }),
    managerEvent('Newstate', at(4.5), ofAgent('5')),
    managerEvent('Newstate', at(10), ofAgent('6')),
    managerEvent('DialEnd', at(10.01), ofCaller('6'), ofAgent('6', 'Dest'), { DialStatus: 'ANSWER' }),
    managerEvent('MusicOnHoldStop', at(10.02), ofCaller('6')),
    managerEvent('QueueCallerLeave', at(10.03), ofCaller('6'), queue, { Position: '1', Count: '0' }),
    managerEvent('AgentConnect', at(10.04), ofCaller('6'), ofAgent('6', 'Dest'), member, {
      HoldTime: '6',
      RingTime: '6',
    }),
    managerEvent('BridgeEnter', at(10.05), bridge, ofAgent('6')),
    managerEvent('BridgeEnter', at(10.06), bridge, ofCaller('6')),
    managerEvent('HangupRequest', at(20.06), ofCaller('6')),
    managerEvent('AgentComplete', at(20.07), ofCaller('6'), ofAgent('6', 'Dest'), member, {
      HoldTime: '6',
      TalkTime: '10',
      Reason: 'caller',
    }),
    managerEvent('BridgeLeave', at(20.08), bridge, ofCaller('6')),
    managerEvent('Hangup', at(20.09), ofCaller('6'), { Cause: '16', 'Cause-txt': 'Normal Clearing' }),
    managerEvent('BridgeLeave', at(20.1), bridge, ofAgent('6')),
    managerEvent('SoftHangupRequest', at(20.11), ofAgent('6'), { Cause: '16' }),
    managerEvent('Hangup', at(20.12), ofAgent('6'), { Cause: '16', 'Cause-txt': 'Normal Clearing' }),
  ];
};

/** As a session prints it. */
export const managerText = (fields: Fields): string =>
  `${Object.entries(fields)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\r\n')}\r\n\r\n`;

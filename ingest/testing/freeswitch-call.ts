// One call through FreeSWITCH, told in its own words: caller 1001 dials 1002, is answered, and hangs up.

export type HeaderSet = Record<string, string>;

export const root = 'c0ffee00-0000-4000-8000-000000000001';
export const callee = 'c0ffee00-0000-4000-8000-000000000002';
export const bootId = 'b0070000-0000-4000-8000-000000000001';

/** 2026-03-04T10:00:00Z in µs. */
export const createdUs = 1_772_618_400_000_000;

/** When the moments of the call were, in µs. */
export const moments = {
  calleeCreated: createdUs + 1_000_111,
  ringing: createdUs + 2_000_222,
  calleeAnswered: createdUs + 5_000_333,
  answered: createdUs + 5_000_444,
  bridged: createdUs + 5_000_555,
  held: createdUs + 8_000_000,
  resumed: createdUs + 9_500_000,
  ended: createdUs + 20_000_666,
  calleeEnded: createdUs + 20_000_777,
} as const;

const callerProfile = {
  'Caller-Caller-ID-Name': 'Ada Lovelace',
  'Caller-Caller-ID-Number': '1001',
  'Caller-Privacy-Hide-Number': 'false',
  'Caller-Context': 'default',
};

let nextSequence = 100;

/** Headers that every event of a channel has; `more` goes over them. */
export const channelEvent = (name: string, atUs: number, more: HeaderSet = {}): HeaderSet => ({
  'Event-Name': name,
  'Core-UUID': bootId,
  'FreeSWITCH-Switchname': 'pbx-1',
  'Event-Date-Timestamp': String(atUs),
  'Event-Sequence': String(nextSequence++),
  'Unique-ID': root,
  'Channel-Call-UUID': root,
  'Channel-Name': 'sofia/internal/1001@pbx.example.net',
  'Call-Direction': 'inbound',
  ...callerProfile,
  'Caller-Destination-Number': '1002',
  'Caller-Channel-Created-Time': String(createdUs),
  'Caller-Channel-Answered-Time': '0',
  'Caller-Channel-Hangup-Time': '0',
  variable_sip_call_id: 'abc@phone.example.net',
  ...more,
});

const ofCallee: HeaderSet = {
  'Unique-ID': callee,
  'Channel-Name': 'sofia/internal/sip:1002@192.0.2.7:5060',
  'Call-Direction': 'outbound',
  'Caller-Channel-Created-Time': String(moments.calleeCreated),
  'Other-Type': 'originator',
  'Other-Leg-Unique-ID': root,
  'Other-Leg-Channel-Created-Time': '0',
};

const bridge: HeaderSet = {
  'Bridge-A-Unique-ID': root,
  'Bridge-B-Unique-ID': callee,
  'Other-Type': 'originatee',
  'Other-Leg-Unique-ID': callee,
  'Caller-Channel-Bridged-Time': String(moments.bridged),
};

/** The events of the whole call, in the order FreeSWITCH fires them. */
export const callEvents = (): HeaderSet[] => [
  channelEvent('CHANNEL_CREATE', createdUs + 90),
  channelEvent('CHANNEL_CREATE', moments.calleeCreated, ofCallee),
  channelEvent('CHANNEL_PROGRESS', moments.ringing, {
    ...ofCallee,
    'Caller-Channel-Progress-Time': String(moments.ringing),
  }),
  channelEvent('CHANNEL_ANSWER', moments.calleeAnswered, {
    ...ofCallee,
    'Caller-Channel-Answered-Time': String(moments.calleeAnswered),
  }),
  channelEvent('CHANNEL_ANSWER', moments.answered, { 'Caller-Channel-Answered-Time': String(moments.answered) }),
  channelEvent('CHANNEL_BRIDGE', moments.bridged + 40, bridge),
  channelEvent('CHANNEL_HOLD', moments.held),
  channelEvent('CHANNEL_UNHOLD', moments.resumed),
  channelEvent('CHANNEL_UNBRIDGE', moments.ended, bridge),
  channelEvent('CHANNEL_HANGUP', moments.ended, { ...bridge, 'Hangup-Cause': 'NORMAL_CLEARING' }),
  channelEvent('CHANNEL_HANGUP_COMPLETE', moments.ended + 20_000, {
    'Hangup-Cause': 'NORMAL_CLEARING',
    'Caller-Channel-Answered-Time': String(moments.answered),
    'Caller-Channel-Hangup-Time': String(moments.ended),
    'Caller-Channel-Hold-Accum': String(moments.resumed - moments.held),
    variable_sip_hangup_disposition: 'recv_bye',
  }),
  channelEvent('CHANNEL_HANGUP_COMPLETE', moments.calleeEnded + 20_000, {
    ...ofCallee,
    'Hangup-Cause': 'NORMAL_CLEARING',
    'Caller-Channel-Answered-Time': String(moments.calleeAnswered),
    'Caller-Channel-Hangup-Time': String(moments.calleeEnded),
  }),
];

/** The same call's root leg as mod_json_cdr posts it. */
export const callCdr = (): Record<string, unknown> => ({
  'core-uuid': bootId,
  switchname: 'pbx-1',
  channel_data: { state: 'CS_REPORTING', direction: 'inbound' },
  variables: {
    uuid: root,
    call_uuid: root,
    direction: 'inbound',
    channel_name: 'sofia%2Finternal%2F1001%40pbx.example.net',
    sip_call_id: 'abc%40phone.example.net',
    hangup_cause: 'NORMAL_CLEARING',
    hangup_cause_q850: '16',
    sip_hangup_disposition: 'recv_bye',
    bridge_uuid: callee,
    last_bridge_to: callee,
    last_bridge_role: 'originator',
    start_uepoch: String(createdUs),
    progress_uepoch: String(moments.ringing),
    progress_media_uepoch: '0',
    answer_uepoch: String(moments.answered),
    bridge_uepoch: String(moments.bridged),
    end_uepoch: String(moments.ended),
    hold_accum_usec: String(moments.resumed - moments.held),
    hold_events: `%7B%7B${moments.held},${moments.resumed}%7D%7D`,
  },
  callflow: [
    {
      caller_profile: { caller_id_name: 'Ada', caller_id_number: '1001', destination_number: '7777', context: 'late' },
    },
    {
      caller_profile: {
        caller_id_name: 'Ada Lovelace',
        caller_id_number: '1001',
        destination_number: '1002',
        context: 'default',
        chan_name: 'sofia/internal/1001@pbx.example.net',
      },
    },
  ],
});

/** As the event socket writes it: text/event-plain. */
export const plainText = (headers: HeaderSet): string =>
  `${Object.entries(headers)
    .map(([name, value]) => `${name}: ${encodeURIComponent(value)}`)
    .join('\n')}\n\n`;

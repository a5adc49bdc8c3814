import { randomUUID } from 'node:crypto';
import type { HeaderSet } from './freeswitch-frames.ts';

/** A short call of one leg, in FreeSWITCH's words. */
export const shortCall = (uuid: string = randomUUID(), atUs: number = Date.now() * 1000): HeaderSet[] => {
  const channel = {
    'Unique-ID': uuid,
    'Channel-Call-UUID': uuid,
    'Channel-Name': 'sofia/internal/1001@pbx.example.net',
    'Call-Direction': 'inbound',
    'Caller-Caller-ID-Name': 'Zoë: 100%',
    'Caller-Caller-ID-Number': '1001',
    'Caller-Destination-Number': '1002',
    'Caller-Channel-Created-Time': String(atUs),
  };
  return [
    { 'Event-Name': 'CHANNEL_CREATE', ...channel },
    { 'Event-Name': 'CHANNEL_ANSWER', ...channel, 'Caller-Channel-Answered-Time': String(atUs + 1) },
    {
      'Event-Name': 'CHANNEL_HANGUP_COMPLETE',
      ...channel,
      'Hangup-Cause': 'NORMAL_CLEARING',
      'Caller-Channel-Hangup-Time': String(atUs + 2),
    },
  ];
};

export const heartbeat: HeaderSet = { 'Event-Name': 'HEARTBEAT', 'Event-Info': 'System Ready' };

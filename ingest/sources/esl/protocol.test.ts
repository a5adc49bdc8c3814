import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EslFrame } from './frames.ts';
import { channelsCommand, type EslPhase, type EslStep, nextStep } from './protocol.ts';

const frame = (headers: Record<string, string>, body = ''): EslFrame => ({ headers, body: Buffer.from(body) });
const reply = (text: string): EslFrame => frame({ 'content-type': 'command/reply', 'reply-text': text });
const greeting = frame({ 'content-type': 'auth/request' });

const step = (phase: EslPhase, heard: EslFrame, user?: string): EslStep =>
  nextStep(phase, heard, { user, password: 'secret' }, 'HEARTBEAT');

const nothing = { kind: 'nothing' } as const;

for (const [what, said, expected] of [
  [
    'the greeting asks for the password',
    step('greeting', greeting),
    { phase: 'authenticating', send: 'auth secret\n\n', finding: nothing },
  ],
  [
    'a user logs in by name',
    step('greeting', greeting, 'trunkline@pbx.example.net'),
    { phase: 'authenticating', send: 'userauth trunkline@pbx.example.net:secret\n\n', finding: nothing },
  ],
  [
    'after the login come the events',
    step('authenticating', reply('+OK accepted')),
    { phase: 'subscribing', send: 'event plain HEARTBEAT\n\n', finding: nothing },
  ],
  [
    'a wrong password ends it',
    step('authenticating', reply('-ERR invalid')),
    {
      phase: 'authenticating',
      send: '',
      finding: { kind: 'ended', reason: 'the switch refuses the password: -ERR invalid' },
    },
  ],
  [
    'with the events the living channels are asked for',
    step('subscribing', reply('+OK event listener enabled plain')),
    { phase: 'listening', send: channelsCommand, finding: nothing },
  ],
  [
    'a refused subscription ends it',
    step('subscribing', reply('-ERR permission denied')),
    {
      phase: 'subscribing',
      send: '',
      finding: { kind: 'ended', reason: 'the switch gives no events: -ERR permission denied' },
    },
  ],
  [
    'an event',
    step('listening', frame({ 'content-type': 'text/event-plain' }, 'Event-Name: X')),
    { phase: 'listening', send: '', finding: { kind: 'event', body: Buffer.from('Event-Name: X') } },
  ],
  [
    'an answer',
    step('listening', frame({ 'content-type': 'api/response' }, '{}')),
    { phase: 'listening', send: '', finding: { kind: 'channels', text: '{}' } },
  ],
  [
    'an ACL ends it',
    step('greeting', frame({ 'content-type': 'text/rude-rejection' }, 'Access Denied, go away.\n')),
    {
      phase: 'greeting',
      send: '',
      finding: {
        kind: 'ended',
        reason: 'the switch refuses this address (apply-inbound-acl): Access Denied, go away.',
      },
    },
  ],
  [
    'a notice ends it',
    step('listening', frame({ 'content-type': 'text/disconnect-notice' }, 'Disconnected, goodbye.\n')),
    {
      phase: 'listening',
      send: '',
      finding: { kind: 'ended', reason: 'the switch ended the connection: Disconnected, goodbye.' },
    },
  ],
  [
    'log lines and later replies say nothing',
    step('listening', frame({ 'content-type': 'log/data' }, 'x')),
    { phase: 'listening', send: '', finding: nothing },
  ],
] as const)
  test(what, () => assert.deepEqual(said, expected));

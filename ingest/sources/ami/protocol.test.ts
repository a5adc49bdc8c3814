import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AmiFinding, type AmiPhase, channelsAction, type Fields, firstAction, nextStep } from './protocol.ts';

const login = { user: 'trunkline', secret: 's3cret', auth: 'md5' } as const;

test('by challenge the secret is not sent, and the key is md5 of both', () => {
  assert.equal(firstAction(login), 'Action: Challenge\r\nActionID: challenge\r\nAuthType: MD5\r\n\r\n');
  const step = nextStep(
    'authenticating',
    { Response: 'Success', ActionID: 'challenge', Challenge: '840415273' },
    login,
  );
  // printf 840415273s3cret | md5sum
  assert.match(
    step.send,
    /^Action: Login\r\nActionID: login\r\nAuthType: MD5\r\nUsername: trunkline\r\nKey: [0-9a-f]{32}\r\n/,
  );
  assert.doesNotMatch(step.send, /s3cret/);
});

test('in plain the secret is sent at once', () => {
  assert.match(
    firstAction({ ...login, auth: 'plain' }),
    /^Action: Login\r\n.*Username: trunkline\r\nSecret: s3cret\r\n/s,
  );
});

test('after the login everything that is not told by itself is asked for', () => {
  const { phase, send } = nextStep('authenticating', { Response: 'Success', ActionID: 'login' }, login);
  assert.equal(phase, 'listening');
  assert.deepEqual(
    [...send.matchAll(/Action: (\w+)/g)].map(([, name]) => name),
    ['Ping', 'CoreSettings', 'CoreStatus', 'CoreShowChannels'],
  );
  assert.ok(send.endsWith(channelsAction));
});

for (const [what, fields, finding] of [
  ['an event', { Event: 'Hangup', Uniqueid: '1.1' }, { kind: 'event' }],
  ['an event that has an ActionID of somebody else', { Event: 'OriginateResponse', ActionID: 'x' }, { kind: 'event' }],
  [
    'one of the channels',
    { Event: 'CoreShowChannel', ActionID: 'channels', Uniqueid: '1.1' },
    { kind: 'channel', uniqueId: '1.1' },
  ],
  [
    'the last of them',
    { Event: 'CoreShowChannelsComplete', ActionID: 'channels', ListItems: '1' },
    { kind: 'channels told', count: '1' },
  ],
  [
    'channels that are not told',
    { Response: 'Error', ActionID: 'channels', Message: 'Permission denied' },
    { kind: 'problem', what: 'CoreShowChannels: Permission denied' },
  ],
  [
    'when it started',
    { Response: 'Success', ActionID: 'status', CoreStartupDate: '2026-03-05', CoreStartupTime: '08:00:00' },
    { kind: 'boot', bootId: '2026-03-05 08:00:00' },
  ],
  ['a start that is not told', { Response: 'Error', ActionID: 'status' }, { kind: 'boot', bootId: '' }],
  ['its name', { Response: 'Success', ActionID: 'settings', SystemName: 'pbx-1' }, { kind: 'system', name: 'pbx-1' }],
  [
    'a refused login',
    { Response: 'Error', ActionID: 'login', Message: 'Authentication failed' },
    { kind: 'ended', reason: 'the switch refuses the login: Authentication failed' },
  ],
  [
    'no challenge',
    { Response: 'Error', ActionID: 'challenge', Message: 'x' },
    { kind: 'ended', reason: 'the switch gives no challenge: x' },
  ],
  [
    'a pong',
    { Response: 'Success', ActionID: 'ping', Ping: 'Pong', Timestamp: '1.5' },
    { kind: 'time', timestamp: '1.5' },
  ],
  ['what is neither event nor answer', {}, { kind: 'nothing' }],
] as const satisfies readonly (readonly [string, Fields, AmiFinding])[])
  test(what, () => {
    const phase: AmiPhase = 'listening';
    assert.deepEqual(nextStep(phase, fields, login), { phase, send: '', finding });
  });

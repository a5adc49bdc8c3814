import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandError } from '../cli/command-error.ts';
import { type Engine, loginMessage, reaching } from './reaching.ts';

const known = { name: 'The engine', address: 'host:1', setting: 'ENGINE_ADDRESS' };
const engine: Engine = {
  ...known,
  authoritySetting: 'ENGINE_CA_FILE',
  isAway: (error) => error instanceof Error && error.message === 'away',
  refusal: (error) =>
    error instanceof Error && error.message === 'wrong password' ? loginMessage(known, ['USER', 'PASSWORD']) : null,
};

const untrusted = Object.assign(new Error('self-signed certificate in certificate chain'), {
  code: 'SELF_SIGNED_CERT_IN_CHAIN',
});
const trustSentence =
  'The engine at host:1 shows a certificate that is not trusted (self-signed certificate in certificate chain): set ENGINE_CA_FILE to the authority that signed it';

for (const [what, error, sentence] of [
  ['away', new Error('away'), 'The engine does not answer at host:1: start it, or set ENGINE_ADDRESS to where it is'],
  ['a refused login', new Error('wrong password'), 'The engine at host:1 refuses the login: check USER and PASSWORD'],
  ['an untrusted certificate', untrusted, trustSentence],
  [
    'one that made the engine look away',
    new Error('away', { cause: new Error('x', { cause: untrusted }) }),
    trustSentence,
  ],
] as const) {
  test(`${what}: one sentence`, async () => {
    await assert.rejects(
      reaching(engine, async () => Promise.reject(error)),
      (told) => told instanceof CommandError && told.message === sentence,
    );
  });
}

test('any other error stays what it is', async () => {
  const bug = new TypeError('a bug');
  await assert.rejects(
    reaching(engine, async () => Promise.reject(bug)),
    (told) => told === bug,
  );
});

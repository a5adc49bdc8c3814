import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseFlags, UsageError } from './flags.ts';

test('the folder and the port are enough', () => {
  assert.deepEqual(parseFlags(['--data', 'd', '--port', '9092']), {
    data: 'd',
    port: 9092,
    host: '127.0.0.1',
    withParent: false,
  });
});

test('everything can be given', () => {
  assert.deepEqual(parseFlags(['--data=d', '--port=0', '--host', '::1', '--with-parent']), {
    data: 'd',
    port: 0,
    host: '::1',
    withParent: true,
  });
});

test('help needs nothing else', () => assert.equal(parseFlags(['--help']), 'help'));

const wrong: readonly (readonly [args: readonly string[], told: RegExp])[] = [
  [[], /--data/],
  [['--data', 'd'], /--port/],
  [['--port', '1'], /--data/],
  [['--data', '', '--port', '1'], /--data/],
  [['--data', 'd', '--port', 'x'], /--port/],
  [['--data', 'd', '--port', '65536'], /--port/],
  [['--data', 'd', '--port', '-1'], /--port/],
  [['--data', 'd', '--port', '1', '--unknown'], /--unknown/],
  [['--data', 'd', '--port', '1', 'extra'], /extra/],
  [['--data'], /--data/],
];
for (const [args, told] of wrong) {
  test(`"${args.join(' ')}" is wrong`, () =>
    assert.throws(
      () => parseFlags(args),
      (error) => error instanceof UsageError && told.test(error.message),
    ));
}

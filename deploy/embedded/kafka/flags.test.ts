import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseFlags } from './flags.ts';

test('the folder and the port are enough', () => {
  assert.deepEqual(parseFlags(['--data', 'd', '--port', '9092']), {
    kind: 'run',
    flags: { data: 'd', port: 9092, host: '127.0.0.1', withParent: false },
  });
});

test('everything can be given', () => {
  assert.deepEqual(parseFlags(['--data=d', '--port=0', '--host', '::1', '--with-parent']), {
    kind: 'run',
    flags: { data: 'd', port: 0, host: '::1', withParent: true },
  });
});

test('help needs nothing else', () => assert.deepEqual(parseFlags(['--help']), { kind: 'help' }));

for (const args of [
  [],
  ['--data', 'd'],
  ['--port', '1'],
  ['--data', '', '--port', '1'],
  ['--data', 'd', '--port', 'x'],
  ['--data', 'd', '--port', '65536'],
  ['--data', 'd', '--port', '-1'],
  ['--data', 'd', '--port', '1', '--unknown'],
  ['--data', 'd', '--port', '1', 'extra'],
  ['--data'],
]) {
  test(`"${args.join(' ')}" is wrong`, () => assert.equal(parseFlags(args).kind, 'wrong'));
}

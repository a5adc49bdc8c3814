import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openSessions } from './sessions.ts';

function counted() {
  let opened = 0;
  const closed: number[] = [];
  const sessions = openSessions(
    () => (opened += 1),
    (connection) => closed.push(connection),
  );
  return { sessions, closed };
}

test('a kept session goes to the next query with the same opening, and to one at a time', () => {
  const { sessions } = counted();
  const first = sessions.take('a');
  assert.equal(first.used, false);
  sessions.keep(first);
  assert.deepEqual(sessions.take('a'), { ...first, used: true });
  assert.notEqual(sessions.take('a').connection, first.connection);
});

test('another opening gets a session of its own', () => {
  const { sessions } = counted();
  const first = sessions.take('a');
  sessions.keep(first);
  const other = sessions.take('b');
  assert.notEqual(other.connection, first.connection);
  assert.notEqual(other.mark, first.mark);
});

test('of too many idle ones the oldest is closed; at the end all are', () => {
  const { sessions, closed } = counted();
  const taken = Array.from({ length: 40 }, (_, at) => sessions.take(`opening ${at}`));
  for (const session of taken) sessions.keep(session);
  assert.deepEqual(closed, [1, 2, 3, 4, 5, 6, 7, 8]);
  sessions.closeIdle();
  assert.equal(closed.length, 40);
});

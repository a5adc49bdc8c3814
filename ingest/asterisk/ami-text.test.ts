import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { managerCall, managerText } from '../testing/manager-call.ts';
import { amiText } from './ami-text.ts';

const valuesOf = (text: string): unknown[] =>
  amiText.split(Buffer.from(text)).map((record) => ('value' in record ? record.value : record.rejection.code));

test('events of a session come out as they went in, whatever stands between them', () => {
  const events = managerCall();
  assert.deepEqual(valuesOf(events.map(managerText).join('')), events);
  const console = events
    .map(
      (event) =>
        `    -- Executing [800@queue:1] Queue("PJSIP/trunk-1f", "support")\n<-- event -->\n${managerText(event)}`,
    )
    .join('\n  == Manager logged on\n');
  assert.deepEqual(valuesOf(`Asterisk Call Manager/9.0.0\r\nResponse: Success\r\n\r\n${console}`), events);
});

test('each event knows the bytes it was written in', () => {
  const text = Buffer.from(`Response: Success\n\nEvent: A\nName: Zoë\n\nEvent: B\n`);
  assert.deepEqual(
    amiText.split(text).map(({ start, end }) => text.toString('utf8', start, end)),
    ['Event: A\nName: Zoë\n', 'Event: B\n'],
  );
  assert.deepEqual(valuesOf(text.toString()), [{ Event: 'A', Name: 'Zoë' }, { Event: 'B' }]);
});

test('an event ends where another begins or a line is no field; of a field that comes twice the first counts', () => {
  assert.deepEqual(valuesOf('Event: A\nX: 1\nX: 2\nEvent: B\nnonsense\nY: 1\n'), [
    { Event: 'A', X: '1' },
    { Event: 'B' },
  ]);
});

test('a text without events is told, and no more of it kept than a line', () => {
  const text = 'Action: Login\r\nSecret: hidden\r\n\r\n';
  const [only] = amiText.split(Buffer.from(text));
  assert.ok(only !== undefined && 'rejection' in only);
  assert.equal(only.rejection.code, 'MALFORMED_EVENT');
  assert.equal(text.slice(only.start, only.end), 'Action: Login\r');
  assert.deepEqual(valuesOf(' \n'), []);
});

test('no text makes it throw or leave the text', () => {
  const pieces = fc.array(fc.constantFrom('Event: ', 'A', ': ', '\n', '\r\n', 'é', ' '), { maxLength: 40 });
  fc.assert(
    fc.property(pieces, (parts) => {
      const body = Buffer.from(parts.join(''));
      for (const { start, end } of amiText.split(body)) assert.ok(start <= end && end <= body.length);
    }),
  );
});

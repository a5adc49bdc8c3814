import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { callEvents, plainText } from '../testing/freeswitch-call.ts';
import { plainEvents } from './event-plain.ts';

const headersOf = (text: string) =>
  plainEvents(Buffer.from(text, 'latin1')).map((event) => ('headers' in event ? event.headers : event.problem));

test('events of a text come out as they went in', () => {
  const events = callEvents();
  assert.deepEqual(headersOf(events.map(plainText).join('')), events);
});

test('each event knows the bytes it was written in', () => {
  const [first = {}, second = {}] = callEvents();
  const text = Buffer.from(`\n\n${plainText(first)}${plainText(second)}`);
  const raw = plainEvents(text).map((event) => ('end' in event ? text.toString('utf8', event.start, event.end) : ''));
  assert.deepEqual(raw, [plainText(first), plainText(second)]);
});

test('an event framed as on an event socket is read inside its frame', () => {
  const event = 'Event-Name: HEARTBEAT\nUp-Time: 1%20day\n\n';
  const framed = `Content-Length: ${event.length}\nContent-Type: text/event-plain\n\n${event}`;
  assert.deepEqual(headersOf(`Content-Type: auth/request\n\n${framed}${framed}`), [
    { 'Event-Name': 'HEARTBEAT', 'Up-Time': '1 day' },
    { 'Event-Name': 'HEARTBEAT', 'Up-Time': '1 day' },
  ]);
});

test('the body of an event is passed over, whatever is in it', () => {
  const body = 'Event-Name: FORGED\n\n';
  const text = `Event-Name: API\nContent-Length: ${body.length}\n\n${body}Event-Name: HEARTBEAT\n\n`;
  assert.deepEqual(
    headersOf(text).map((headers) => typeof headers === 'object' && headers['Event-Name']),
    ['API', 'HEARTBEAT'],
  );
});

test('of a header that comes twice the first counts', () => {
  assert.deepEqual(headersOf('Event-Name: X\r\nHangup-Cause: A\r\nHangup-Cause: B\r\n\r\n'), [
    { 'Event-Name': 'X', 'Hangup-Cause': 'A' },
  ]);
});

test('texts are UTF-8, percent-encoded or not; what is none becomes U+FFFD', () => {
  const name = (text: string) => {
    const [headers] = headersOf(`Event-Name: X\nN: ${text}\n\n`);
    return typeof headers === 'object' ? headers['N'] : headers;
  };
  assert.equal(name('B%C3%B5b'), 'Bõb');
  assert.equal(name(Buffer.from('Bõb').toString('latin1')), 'Bõb');
  assert.equal(name(`${Buffer.from('é').toString('latin1')}%20%F0%9F%98%80`), 'é 😀');
  assert.equal(name('%FF%20x'), '\ufffd x');
  assert.equal(name('100%'), '100%');
  assert.equal(name('%4'), '%4');
  assert.equal(name('%zz%41'), '%zzA');
});

test('what is cut or no header is told, and the events before it are kept', () => {
  const [first, problem] = headersOf('Event-Name: A\n\nnonsense\n\n');
  assert.deepEqual(first, { 'Event-Name': 'A' });
  assert.match(JSON.stringify(problem), /Name: value.*nonsense/);
  assert.match(JSON.stringify(headersOf('Event-Name: A\nContent-Length: 99\n\nshort')), /Content-Length 99/);
});

test('any bytes are read to their end without throwing', () => {
  const pieces = fc.constantFrom(
    '\n',
    '\n\n',
    ': ',
    'Event-Name: X\n',
    'Content-Length: 5\n',
    'Content-Type: text/event-plain\n',
    '%4',
    'é',
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(pieces, fc.string({ unit: 'binary' })), { maxLength: 20 }), (parts) => {
      const body = Buffer.from(parts.join(''));
      for (const event of plainEvents(body)) assert.ok(event.start >= 0 && event.start <= body.length);
    }),
  );
});

import { percentDecodedBytes } from '../percent-decoding.ts';
import type { TextForm, TextRecord } from '../text-form.ts';
import type { Headers } from './headers.ts';

// text/event-plain: `Name: value` lines, values percent-encoded, a blank line, and as many bytes of body as
// Content-Length says. On an event socket each event is itself the body of a block that frames it.

/** How a session of the event socket is sent as it is. */
export const eventPlain: TextForm = {
  contentTypes: ['text/event-plain'],
  split: (body) => plainEvents(body).map((event) => toRecord(event, body.length)),
};

const toRecord = (event: PlainEvent, end: number): TextRecord =>
  'problem' in event
    ? { start: event.start, end, rejection: { code: 'MALFORMED_EVENT', field: '', message: event.problem } }
    : { start: event.start, end: event.end, value: event.headers };

/** One event of the text, or why none can be read from here on. */
export type PlainEvent = { headers: Headers; start: number; end: number } | { problem: string; start: number };

/** The events of a text, in order. Blocks that are no events (replies, greetings) are left out. */
export const plainEvents = (body: Buffer): PlainEvent[] => {
  // One character a byte, so that Content-Length counts characters.
  const text = body.toString('latin1');
  const events: PlainEvent[] = [];
  let at = 0;
  while (at < text.length) {
    at = skipBlankLines(text, at);
    if (at >= text.length) break;
    const block = readBlock(text, at);
    if ('problem' in block) return [...events, block];
    if (block.headers['Event-Name'] !== undefined) events.push({ headers: block.headers, start: at, end: block.end });
    // A frame around an event: read on inside it.
    const framed = block.headers['Content-Type'] === 'text/event-plain' && block.headers['Event-Name'] === undefined;
    at = framed ? block.bodyStart : block.end;
  }
  return events;
};

type Block = { headers: Record<string, string>; bodyStart: number; end: number };

const readBlock = (text: string, start: number): Block | { problem: string; start: number } => {
  const headers: Record<string, string> = {};
  let at = start;
  while (at < text.length) {
    const newline = text.indexOf('\n', at);
    const next = newline === -1 ? text.length : newline + 1;
    const line = text.slice(at, newline === -1 ? text.length : newline).trim();
    at = next;
    if (line === '') break;
    const colon = line.indexOf(':');
    if (colon <= 0) return { problem: `a line of the event has no "Name: value": ${line.slice(0, 60)}`, start };
    const name = line.slice(0, colon);
    // Of a header that comes twice FreeSWITCH itself reads the first.
    headers[name] ??= percentDecodedBytes(line.slice(colon + 1).trim());
  }
  const length = Number(headers['Content-Length'] ?? 0);
  if (!Number.isSafeInteger(length) || length < 0 || at + length > text.length)
    return {
      problem: `Content-Length ${headers['Content-Length']} does not fit the text: send the whole event`,
      start,
    };
  return { headers, bodyStart: at, end: at + length };
};

const skipBlankLines = (text: string, start: number): number => {
  let at = start;
  while (at < text.length && text.charCodeAt(at) <= 0x20) at++;
  return at;
};

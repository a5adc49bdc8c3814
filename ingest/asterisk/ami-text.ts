import type { TextForm, TextRecord } from '../text-form.ts';

// What a manager session or Asterisk's console prints: events are blocks of `Key: Value` lines, the first of them
// `Event: NAME`, with a blank line behind. Between them stand replies, greetings and lines of the console's log.

/** Events of Asterisk's manager as they are printed. */
export const amiText: TextForm = {
  contentTypes: ['text/plain'],
  split: (body) => {
    // One character a byte, so that places in the text are places in the body.
    const text = body.toString('latin1');
    const events: TextRecord[] = [];
    const starts = /^Event: ?\S/gm;
    for (let match = starts.exec(text); match !== null; match = starts.exec(text)) {
      const event = readEvent(text, match.index);
      events.push(event);
      starts.lastIndex = event.end;
    }
    return events.length === 0 && text.trim() !== '' ? [noEvent(text)] : events;
  },
};

/** Only its first line is kept: what else a session holds may be somebody's secret. */
const noEvent = (text: string): TextRecord => ({
  start: 0,
  end: text.trimStart().indexOf('\n') === -1 ? text.length : text.indexOf('\n', text.search(/\S/)),
  rejection: {
    code: 'MALFORMED_EVENT',
    field: '',
    message: 'the text has no line "Event: NAME": send events as a manager session prints them',
  },
});

const field = /^([A-Za-z][\w().-]*): ?(.*)$/;

/** The lines from here on up to one that is no field of an event. The text has one character a byte. */
export const readEvent = (
  text: string,
  start: number,
): { start: number; end: number; value: Readonly<Record<string, string>> } => {
  const value: Record<string, string> = {};
  let at = start;
  while (at < text.length) {
    const newline = text.indexOf('\n', at);
    const next = newline === -1 ? text.length : newline + 1;
    const [, key, said] = field.exec(text.slice(at, newline === -1 ? text.length : newline).trimEnd()) ?? [];
    if (key === undefined || said === undefined || (key === 'Event' && at > start)) break;
    value[key] ??= Buffer.from(said, 'latin1').toString('utf8');
    at = next;
  }
  return { start, end: at, value };
};

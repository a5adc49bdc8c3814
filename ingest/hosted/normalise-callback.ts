import { ignored, type Normalised, type Source } from '../dialect.ts';
import type { TextForm } from '../text-form.ts';
import { type Fields, readCallback, textOf } from './callback.ts';
import { legEvents } from './leg-callbacks.ts';
import { queueEvents, recordingEvents } from './other-callbacks.ts';

/** The canonical events of one call-back of a hosted provider: Twilio's names of fields, or those of jambonz. */
export const normaliseHostedCallback = (fields: Fields, source: Source): Normalised => {
  const read = readCallback(fields, source);
  if ('rejection' in read) return read;
  const { callback } = read;
  if (textOf(fields, 'RecordingSid') !== '') return toNormalised(recordingEvents(callback));
  // A queue's call-back says the caller's status as well, which is no news.
  if (textOf(fields, 'QueueSid') !== '') return toNormalised(queueEvents(callback));
  return toNormalised(legEvents(callback));
};

const toNormalised = (events: Extract<Normalised, { events: unknown }>['events']): Normalised =>
  events.length === 0 ? ignored : { events };

/** Call-backs as forms, one a line where there are several. */
export const callbackForms: TextForm = {
  contentTypes: ['application/x-www-form-urlencoded'],
  split: (body) =>
    [...body.toString('latin1').matchAll(/[^\r\n]+/g)].map((line) => ({
      start: line.index,
      end: line.index + line[0].length,
      value: Object.fromEntries(new URLSearchParams(Buffer.from(line[0], 'latin1').toString('utf8'))),
    })),
};

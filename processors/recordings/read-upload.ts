import { decodeEvent } from '../../schemas/event-codec.ts';
import type { Event } from '../../schemas/events.ts';
import type { Rejection } from '../../schemas/rejections.ts';
import type { Uploaded } from './recording-outcome.ts';

export type ReadUpload =
  | { readonly uploaded: Uploaded }
  | { readonly rejection: Rejection; readonly event: Event | null };

const latestUs = Date.UTC(2200, 0) * 1000;

/** The upload that a record tells of, or why it tells of none. */
export const readUpload = (value: Buffer): ReadUpload => {
  const decoded = decodeEvent(value);
  if ('rejection' in decoded) return { event: null, rejection: reject('UNDECODABLE', decoded.rejection, '') };
  const { event } = decoded;
  const refuse = (code: string, message: string, field: string): ReadUpload => ({
    event,
    rejection: reject(code, message, field),
  });
  if (event.type !== 'recording.uploaded') {
    return refuse('UNEXPECTED_TYPE', `only recording.uploaded belongs here, this is ${event.type}`, 'type');
  }
  const { recording_id, object_key, bytes, started_at } = event.payload;
  if (recording_id === '') return refuse('MISSING_FIELD', 'the upload names no recording', 'payload.recording_id');
  if (object_key === '') return refuse('MISSING_FIELD', 'the upload names no object', 'payload.object_key');
  if (bytes < 0) return refuse('OUT_OF_RANGE', `an object has no ${bytes} bytes`, 'payload.bytes');
  const outside = [started_at, event.observed_at].find((us) => us !== null && (us < 0 || us >= latestUs));
  if (outside !== undefined) return refuse('OUT_OF_RANGE', `${outside} µs is outside the years 1970 to 2200`, '');
  return { uploaded: event };
};

const reject = (code: string, message: string, field: string): Rejection => ({ code, message, field });

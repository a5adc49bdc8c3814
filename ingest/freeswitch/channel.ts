import type { Rejection } from '../../schemas/rejections.ts';
import { cleanText } from '../clean-text.ts';
import { reject, timeRejection } from '../dialect.ts';
import { type Headers, instantOf, textOf } from './headers.ts';
import { callKeyOf, type Kinship, kinshipOf } from './kinship.ts';
import type { NativeEvent, Place } from './native-event.ts';

/** The channel an event is about. */
export type Channel = { native: NativeEvent; place: Place; kin: Kinship; createdAtUs: number | null };

export const channelOf = (native: NativeEvent): { channel: Channel } | { rejection: Rejection } => {
  const { headers } = native;
  const legId = cleanText(textOf(headers, 'Unique-ID') || textOf(headers, 'Caller-Unique-ID'));
  if (legId === '')
    return reject('MISSING_FIELD', 'Unique-ID', `${native.name} has no Unique-ID: send all headers of the event`);
  const createdAtUs = instantOf(headers, 'Caller-Channel-Created-Time');
  const refused =
    createdAtUs === null ? null : timeRejection(createdAtUs, 'Caller-Channel-Created-Time', native.source.observedAtUs);
  if (refused !== null) return refused;
  const kin = kinshipOf((name) => textOf(headers, name), legId);
  const callKey = callKeyOf(kin);
  const callStartedAtUs = callKey === legId ? createdAtUs : null;
  return {
    channel: { native, kin, createdAtUs, place: { callKey, callStartedAtUs, legId, otherLegId: otherLeg(headers) } },
  };
};

const otherLeg = (headers: Headers): string | null => cleanText(textOf(headers, 'Other-Leg-Unique-ID')) || null;

/** The instant in a header, or when the event was made where the header says never or nonsense. */
export const timeOr = ({ headers, source, stampUs }: NativeEvent, name: string): number => {
  const us = instantOf(headers, name);
  return us === null || timeRejection(us, name, source.observedAtUs) !== null ? stampUs : us;
};

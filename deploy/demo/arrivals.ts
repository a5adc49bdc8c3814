import type { CallCentre, SimulatedCall } from './call-centre.ts';
import { createRandom } from './random.ts';

/** `history` has the busy hours of a working day in UTC; `live` is about as dense all the time. */
export type Stream = 'history' | 'live';

/** Calls that start in [from, until), µs. Asking for a part of it again gives the same calls. */
export type Period = { stream: Stream; from_us: number; until_us: number };

const minuteUs = 60_000_000;
const callsPerLiveMinute = 40;
const callsPerHistoryDay = 2000;

/** Share of a day's calls by hour of the day. */
const dayShape = [1, 1, 1, 1, 1, 2, 4, 9, 14, 17, 18, 17, 13, 15, 17, 16, 14, 11, 7, 5, 4, 3, 2, 1];
const dayShapeSum = dayShape.reduce((sum, share) => sum + share, 0);

const perMinute = (stream: Stream, minute: number): number => {
  if (stream === 'live') return callsPerLiveMinute;
  const share = dayShape[Math.floor(minute / 60) % 24] as number;
  return (callsPerHistoryDay * share) / dayShapeSum / 60;
};

/** The calls of a period, in the order of their starts. */
export function* callsIn(centre: CallCentre, { stream, from_us, until_us }: Period): Generator<SimulatedCall> {
  for (let minute = Math.floor(from_us / minuteUs); minute * minuteUs < until_us; minute++) {
    for (const [at, startUs] of startsIn(stream, minute).entries())
      if (startUs >= from_us && startUs < until_us) yield centre.callAt(`${stream}/${minute}/${at}`, startUs);
  }
}

/** Poisson arrivals of one minute: the number by its mean, the places even. */
const startsIn = (stream: Stream, minute: number): readonly number[] => {
  const random = createRandom(`arrivals/${stream}/${minute}`);
  const starts: number[] = [];
  const meanGap = 1 / perMinute(stream, minute);
  for (let at = 0; ; ) {
    at -= Math.log(1 - random.next()) * meanGap;
    if (at >= 1) return starts;
    starts.push(Math.floor((minute + at) * minuteUs));
  }
};

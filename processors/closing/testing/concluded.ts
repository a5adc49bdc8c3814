import type { Event } from '../../../schemas/events.ts';
import { signsOf } from '../../switch-signs.ts';
import { at, epochUs, eventTable } from '../../testing/event-table.ts';
import { callLifeOf } from '../call-life.ts';
import { inferencesOf } from '../inferences.ts';
import type { ChannelList, Evidence } from '../rules.ts';
import { livesOf, switchRefOf } from '../switch-lives.ts';

export type Setting = {
  /** Our clock, in seconds of the table. */
  readonly now: number;
  /** In minutes. */
  readonly patience?: { readonly withHeartbeats: number; readonly without: number };
};

/**
 * What follows from a table of events of one call, of other calls (with `call=`) and of switches, as lines of
 * `leg rule last-sign`; a leg of `-` for the whole call.
 */
export const concluded = (table: string, setting: Setting): string[] =>
  conclusionsOf(eventTable(table), setting).map(
    ({ leg_id, payload: { rule, last_sign_of_life_at: last } }) => `${leg_id ?? '-'} ${rule} ${(last - epochUs) / 1e6}`,
  );

export const conclusionsOf = (
  events: readonly Event[],
  { now, patience = { withHeartbeats: 15, without: 240 } }: Setting,
): ReturnType<typeof inferencesOf> => {
  const lives = livesOf(signsOf(events));
  const minutes = 60_000_000;
  const patienceUs = { withHeartbeats: patience.withHeartbeats * minutes, without: patience.without * minutes };
  const evidenceOf = (told: Event): Evidence => ({
    nowUs: at(now),
    patienceUs,
    life: lives.get(switchRefOf(told)),
    lists: listsIn(events.filter((event) => switchRefOf(event) === switchRefOf(told))),
  });
  const ofCall = events.filter(({ call_key, type }) => call_key === 'a' && !type.startsWith('switch.'));
  const life = callLifeOf(ofCall);
  return life === null ? [] : inferencesOf(life, evidenceOf, at(now));
};

export const listsIn = (events: readonly Event[]): ChannelList[] =>
  events.flatMap((event) =>
    event.type === 'switch.channels'
      ? [
          {
            at: event.occurred_at,
            observedAt: event.observed_at,
            bootId: event.boot_id,
            legIds: new Set(event.payload.leg_ids),
          },
        ]
      : [],
  );

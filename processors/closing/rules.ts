import type { ClosingRule } from '../../schemas/vocabulary.ts';
import type { CallLife, LegLife } from './call-life.ts';
import type { Boot, Heard, SwitchLife } from './switch-lives.ts';

/** What a switch listed as its live channels. */
export type ChannelList = Heard & { readonly bootId: string; readonly legIds: ReadonlySet<string> };

/** What the rules know besides the call. */
export type Evidence = {
  /** Our clock: everything that was published before is known. */
  readonly nowUs: number;
  /** How long neither a call nor its switch may be heard, where the switch tells heartbeats and where it does not. */
  readonly patienceUs: { readonly withHeartbeats: number; readonly without: number };
  /** Of the leg's switch; undefined where nothing was heard of it. */
  readonly life: SwitchLife | undefined;
  readonly lists: readonly ChannelList[];
};

/** Why a leg counts as ended, and the last instant (switch's clock) at which it is known to have lived. */
export type Verdict = { readonly rule: ClosingRule; readonly lastSignAt: number };

/**
 * Evidence must have been known to us for so long before it counts: what contradicts it may still be on its way, by
 * another connection or from an ingest that kept it on disk.
 */
export const settleUs = 30_000_000;

/** A leg may be missing in a list that was made while it was created. */
const createdBeforeUs = 5_000_000;

/** The first rule, from the most to the least exact evidence, that says the leg ended. */
export const verdictOf = (leg: LegLife, call: CallLife, evidence: Evidence): Verdict | null =>
  channelGone(leg, evidence) ?? newBoot(leg, evidence) ?? silence(leg, call, evidence);

/** A list of the live channels, made well after the leg was created and after its last event, does not name it. */
export const channelGone = (leg: LegLife, { lists, nowUs }: Evidence): Verdict | null => {
  const { boot_id: bootId } = leg.told;
  const ofBoot = lists.filter((list) => bootId === '' || list.bootId === '' || list.bootId === bootId);
  let listedAt = 0;
  let missedAt = 0;
  for (const { at, observedAt, legIds } of ofBoot) {
    if ([...leg.names].some((name) => legIds.has(name))) listedAt = Math.max(listedAt, at);
    else if (observedAt <= nowUs - settleUs) missedAt = Math.max(missedAt, at);
  }
  const lastSignAt = Math.max(listedAt, leg.last.at);
  const isGone = missedAt > lastSignAt && missedAt > leg.first.at + createdBeforeUs;
  return isGone ? { rule: 'channel_gone', lastSignAt } : null;
};

/** The switch was started again since: by its own clock the later boot began after the leg's boot was last heard. */
export const newBoot = (leg: LegLife, { life, nowUs }: Evidence): Verdict | null => {
  if (life === undefined) return null;
  const own = bootOf(leg, life);
  const last = later(own?.last, leg.last);
  if (last.observedAt > nowUs - settleUs) return null;
  const isLater = ({ at, observedAt }: Heard): boolean => at > last.at && observedAt <= nowUs - settleUs;
  const named = [...life.boots.values()].filter(({ bootId }) => bootId !== '' && bootId !== leg.told.boot_id);
  const isOver =
    // Whether a leg without a boot belongs to one of these cannot be told.
    (leg.told.boot_id !== '' && named.some(({ first }) => isLater(first))) ||
    (life.namelessStart !== null && isLater(life.namelessStart));
  return isOver ? { rule: 'new_boot', lastSignAt: last.at } : null;
};

/** For a long time neither the call nor the boot of its switch was heard. */
export const silence = (leg: LegLife, call: CallLife, { life, nowUs, patienceUs }: Evidence): Verdict | null => {
  const heard = [leg.last, ...(life === undefined ? [] : boots(leg, life).map(({ last }) => last))];
  const observedAt = Math.max(call.last?.observedAt ?? 0, ...heard.map((each) => each.observedAt));
  const patience = life?.tellsLife === true ? patienceUs.withHeartbeats : patienceUs.without;
  if (nowUs - observedAt < patience) return null;
  return { rule: 'silence', lastSignAt: Math.max(...heard.map(({ at }) => at)) };
};

/** The leg's own boot; none where its events name none. */
const bootOf = (leg: LegLife, life: SwitchLife): Boot | undefined =>
  leg.told.boot_id === '' ? undefined : life.boots.get(leg.told.boot_id);

/** The boots that may be the leg's: its own and what named none, or any where its events name none. */
const boots = (leg: LegLife, life: SwitchLife): Boot[] =>
  [...life.boots.values()].filter(({ bootId }) =>
    leg.told.boot_id === '' ? true : bootId === leg.told.boot_id || bootId === '',
  );

const later = (one: Heard | undefined, other: Heard): Heard => ({
  at: Math.max(one?.at ?? 0, other.at),
  observedAt: Math.max(one?.observedAt ?? 0, other.observedAt),
});

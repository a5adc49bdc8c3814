import type { CallSummary, OpenLeg } from './ports.ts';
import { type ChannelList, settleUs } from './rules.ts';
import { type SwitchLife, switchRefOf } from './switch-lives.ts';

/** What is known of a switch when suspects are looked for. */
export type SwitchState = { readonly life: SwitchLife; readonly lastList: ChannelList | null };

/**
 * Whether a rule may hold for a call in progress, from its row alone: only the events of such calls are read. It may
 * suspect too much, never too little.
 */
export const isSuspect = (
  call: CallSummary,
  stateOf: (ref: string) => SwitchState | undefined,
  nowUs: number,
  leastPatienceUs: number,
): boolean => {
  const quietUs = nowUs - call.updated_at;
  if (quietUs < settleUs) return false;
  if (quietUs >= leastPatienceUs || call.told_by_others) return true;
  return call.open_legs.some((leg) => {
    const state = stateOf(switchRefOf({ tenant_id: call.tenant_id, switch_id: leg.switch_id }));
    return state !== undefined && (isRestarted(leg, state.life) || isUnlisted(leg, state.lastList));
  });
};

const isRestarted = ({ created_at }: OpenLeg, { boots, namelessStart }: SwitchLife): boolean => {
  const since = created_at ?? 0;
  return [...boots.values()].some(({ first }) => first.at > since) || (namelessStart?.at ?? 0) > since;
};

const isUnlisted = ({ leg_id, native_id, created_at }: OpenLeg, list: ChannelList | null): boolean =>
  list !== null && list.at > (created_at ?? 0) && !list.legIds.has(leg_id) && !list.legIds.has(native_id);

import type { HoldRow } from '../../../schemas/call-row.ts';
import type { Facets } from './facets.ts';
import type { Leg } from './legs.ts';
import { byText } from './text-order.ts';
import { newToggle, switchOff, switchOn, type Toggle } from './toggles.ts';

/** When each leg was put on hold, in the order of time; a hold that was never resumed ends with its leg. */
export const foldHolds = (facets: Facets, legs: ReadonlyMap<string, Leg>): HoldRow[] => {
  const toggles = new Map<string, Toggle>();
  for (const event of facets.holds) {
    if (event.leg_id === null) continue;
    const toggle = toggles.get(event.leg_id) ?? newToggle();
    toggles.set(event.leg_id, toggle);
    if (event.type === 'leg.held') switchOn(toggle, event.occurred_at, event.event_id);
    else switchOff(toggle, event.occurred_at);
  }
  const rows = [...toggles].flatMap(([legId, { spans }]) => {
    const endedAt = legs.get(legId)?.endedAt ?? null;
    return spans.flatMap(({ from, to }) => {
      const until = endedAt === null ? to : Math.min(to ?? endedAt, endedAt);
      return until !== null && until < from ? [] : [{ leg_id: legId, from, to: until }];
    });
  });
  return rows.sort((a, b) => a.from - b.from || byText(a.leg_id, b.leg_id));
};

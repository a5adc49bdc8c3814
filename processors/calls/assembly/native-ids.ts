import type { Facets } from './facets.ts';
import type { Leg } from './legs.ts';

/** A call that names more than this many channels is a fault of a switch. */
const maxIds = 500;

/** Every id by which the switch means this call: its key, its channels with and without the switch's name, linked keys. */
export const nativeIdsOf = (callKey: string, legs: ReadonlyMap<string, Leg>, { links }: Facets): string[] => {
  const ids = new Set([callKey, callKey.slice(callKey.lastIndexOf('/') + 1)]);
  for (const leg of legs.values()) ids.add(leg.id).add(leg.nativeId);
  for (const { payload } of links) ids.add(payload.from_call_key).add(payload.into_call_key);
  ids.delete('');
  return [...ids].sort().slice(0, maxIds);
};

export const sipCallIdsOf = (legs: ReadonlyMap<string, Leg>): string[] => {
  const ids = new Set<string>();
  for (const leg of legs.values()) ids.add(leg.facts.sip_call_id);
  ids.delete('');
  return [...ids].sort().slice(0, maxIds);
};

import type { LinkedCall } from './assembly/assemble-linked.ts';
import type { CallIdentity } from './assembly/identity.ts';
import { addEvent, newOpenCall, type OpenCall, type OpenCalls } from './open-calls.ts';
import type { LinkedReads } from './ports.ts';
import { findCalls } from './recognise.ts';
import { decodeStored } from './stored-events.ts';

/** A chain of more links than this is a fault of a switch. */
const maxRounds = 8;

/**
 * The calls that these are linked with, directly or not, each group with all its members. A link is told under both
 * calls' keys and counts once both know it, so whichever of them is touched last finds the other. Members that are not in memory belong to others, who
 * may be adding to them: they are read each time and not kept.
 */
export const findGroups = async (
  touched: ReadonlyMap<string, OpenCall>,
  stores: LinkedReads,
  memory: OpenCalls,
): Promise<(readonly LinkedCall[])[]> => {
  const found = new Map([...touched].filter(([, call]) => call.links.size > 0));
  if (found.size === 0) return [];
  const asked = new Set<string>();
  let next = linksOf(found.values(), found, asked);
  for (let round = 0; round < maxRounds && next.size > 0; round += 1) {
    for (const ref of next) asked.add(ref);
    const members = await load(next, stores, memory);
    for (const [ref, call] of members) found.set(ref, call);
    next = linksOf(members.values(), found, asked);
  }
  return components(found).filter((group) => group.length > 1);
};

const linksOf = (
  calls: Iterable<OpenCall>,
  found: ReadonlyMap<string, OpenCall>,
  asked: ReadonlySet<string>,
): Set<string> => {
  const refs = new Set<string>();
  for (const { links } of calls) for (const ref of links) if (!found.has(ref) && !asked.has(ref)) refs.add(ref);
  return refs;
};

/** Of the calls those that have events; the others will tell of the link themselves when they come. */
const load = async (
  refs: ReadonlySet<string>,
  { anchors, calls }: LinkedReads,
  memory: OpenCalls,
): Promise<Map<string, OpenCall>> => {
  const members = new Map<string, OpenCall>();
  const absent = new Set<string>();
  for (const ref of refs) {
    const call = memory.get(ref);
    if (call === undefined) absent.add(ref);
    else members.set(ref, call);
  }
  const identities = await findCalls(absent, anchors);
  if (identities.size === 0) return members;
  const byId = new Map<string, OpenCall>();
  for (const [ref, identity] of identities) {
    const call = newOpenCall(identity);
    byId.set(identity.call_id, call);
    members.set(ref, call);
  }
  for (const { call_id, content_hash, event } of await calls.readEvents(identitiesOf(byId))) {
    addEvent(byId.get(call_id) as OpenCall, decodeStored(event), content_hash);
  }
  for (const [ref, call] of members) if (call.events.size === 0) members.delete(ref);
  return members;
};

const identitiesOf = (calls: ReadonlyMap<string, OpenCall>): CallIdentity[] =>
  [...calls.values()].map(({ identity }) => identity);

const components = (calls: ReadonlyMap<string, OpenCall>): LinkedCall[][] => {
  // A link that only one of the two knows would join them or not by the order in which they come.
  const partners = (ref: string): string[] =>
    [...(calls.get(ref)?.links ?? [])].filter((other) => calls.get(other)?.links.has(ref) === true);
  const left = new Set(calls.keys());
  const groups: LinkedCall[][] = [];
  for (const start of calls.keys()) {
    if (!left.delete(start)) continue;
    const group = [start];
    // The list grows while it is walked.
    for (const ref of group) {
      for (const other of partners(ref)) if (left.delete(other)) group.push(other);
    }
    groups.push(group.map((ref) => toLinkedCall(calls.get(ref) as OpenCall)));
  }
  return groups;
};

const toLinkedCall = ({ identity, events }: OpenCall): LinkedCall => ({ identity, events: [...events.values()] });

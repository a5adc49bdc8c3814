import { assembleTouched, type Assembled } from '../assemble-touched.ts';
import type { LinkedCall } from '../assembly/assemble-linked.ts';
import { identityOf } from '../assembly/identity.ts';
import { refOf } from '../call-ref.ts';
import { findGroups } from '../linked-calls.ts';
import { addEvent, newOpenCall, type OpenCall, OpenCalls } from '../open-calls.ts';
import type { CallPlace, LinkedReads } from '../ports.ts';
import { decodeStored } from '../stored-events.ts';
import type { Range } from './range-queries.ts';

/** The program's own assembler, unless a test has another. */
export type Assemble = typeof assembleTouched;
export const ownAssembler: Assemble = assembleTouched;

/** Every member of a group that is not read yet is read from the tables. */
const noMemory = new OpenCalls({ maxEvents: 0, maxCalls: 0, endedForMs: 0 });

/**
 * The rows that the calls of a page have now, linked ones with their groups. A group is made once, on the page of its
 * first member in the range.
 */
export const assemblePage = async (
  page: readonly CallPlace[],
  range: Range,
  stores: LinkedReads,
  assemble: Assemble,
): Promise<Assembled> => {
  const calls = await readCalls(page, stores);
  const onPage = new Set(page.map(({ call_id }) => call_id));
  const mine: (readonly LinkedCall[])[] = [];
  for (const group of await findGroups(calls, stores, noMemory)) {
    if (onPage.has(firstWithin(group, range))) mine.push(group);
    else for (const { identity } of group) calls.delete(refOf(identity));
  }
  return assemble(calls, mine);
};

const readCalls = async (page: readonly CallPlace[], { calls: store }: LinkedReads): Promise<Map<string, OpenCall>> => {
  const places = new Map(page.map((place) => [place.call_id, place]));
  const calls = new Map<string, OpenCall>();
  for (const { call_id, content_hash, event: bytes } of await store.readEvents(page)) {
    const event = decodeStored(bytes);
    const ref = refOf(event);
    const call = calls.get(ref) ?? newOpenCall(identityOf(event, (places.get(call_id) as CallPlace).call_started_at));
    calls.set(ref, call);
    addEvent(call, event, content_hash);
  }
  return calls;
};

const firstWithin = (group: readonly LinkedCall[], { fromUs, toUs }: Range): string =>
  group
    .map(({ identity }) => identity)
    .filter(({ call_started_at: at }) => at >= fromUs && at < toUs)
    // Ids sort by the anchor.
    .reduce((first, { call_id }) => (first === '' || call_id < first ? call_id : first), '');

import type { Bridges, Pair } from './bridges.ts';
import type { Leg } from './legs.ts';

/**
 * A local channel is two legs of the switch with itself (`Local/600@queue-1;1` and `;2`, `loopback/600-a` and `-b`):
 * what enters one half leaves the other. Whoever talks with the one half talks with whoever talks with the other.
 */
export type LocalChannels = {
  /** Bridges between real legs only. */
  readonly bridges: Bridges;
  /** The legs without the halves. */
  readonly legs: ReadonlyMap<string, Leg>;
  /** Real legs that a half led to. */
  readonly behind: ReadonlyMap<string, readonly string[]>;
};

const halfEnding = /(?:;[12]|-[ab])$/;

/** A switch that goes through one local channel more often than this is in a loop. */
const maxPairsOfNode = 200;

export const throughLocalChannels = (bridges: Bridges, legs: ReadonlyMap<string, Leg>): LocalChannels => {
  const nodes = new Map<string, string>();
  for (const leg of legs.values()) {
    if (leg.facts.endpoint_kind === 'local') nodes.set(leg.id, `\0${leg.facts.endpoint.replace(halfEnding, '')}`);
  }
  // A call of nothing else is told by what there is.
  if (nodes.size === 0 || nodes.size === legs.size) return { bridges, legs, behind: new Map() };
  let pairs = bridges.pairs.map((pair) => ({
    ...pair,
    a: nodes.get(pair.a) ?? pair.a,
    b: nodes.get(pair.b) ?? pair.b,
  }));
  for (const node of new Set(nodes.values())) pairs = without(node, pairs);
  const stays = bridges.stays.filter(({ legId }) => !nodes.has(legId));
  const real = new Map([...legs].filter(([id]) => !nodes.has(id)));
  return { bridges: { pairs, stays }, legs: real, behind: behindHalves(bridges, nodes) };
};

/** The pairs with the node taken out and its neighbours joined for the time they both had it. */
const without = (node: string, pairs: readonly Pair[]): Pair[] => {
  const kept: Pair[] = [];
  const ends: { readonly legId: string; readonly pair: Pair }[] = [];
  for (const pair of pairs) {
    const [isA, isB] = [pair.a === node, pair.b === node];
    if (!isA && !isB) kept.push(pair);
    else if (isA !== isB && ends.length < maxPairsOfNode) ends.push({ legId: isA ? pair.b : pair.a, pair });
  }
  ends.forEach((one, at) => {
    for (const other of ends.slice(at + 1)) {
      const { from, eventId } = one.pair.from > other.pair.from ? one.pair : other.pair;
      const to = Math.min(one.pair.to ?? Number.MAX_SAFE_INTEGER, other.pair.to ?? Number.MAX_SAFE_INTEGER);
      if (one.legId === other.legId || to < from) continue;
      const [a, b] = one.legId < other.legId ? [one.legId, other.legId] : [other.legId, one.legId];
      kept.push({ a, b, bridgeId: one.pair.bridgeId, from, to: to === Number.MAX_SAFE_INTEGER ? null : to, eventId });
    }
  });
  return kept.sort((one, other) => one.from - other.from);
};

const behindHalves = ({ pairs }: Bridges, nodes: ReadonlyMap<string, string>): Map<string, string[]> => {
  const neighbours = new Map<string, string[]>();
  for (const { a, b } of pairs) {
    for (const [half, other] of [
      [a, b],
      [b, a],
    ] as const) {
      const node = nodes.get(half);
      if (node === undefined || nodes.has(other)) continue;
      const known = neighbours.get(node);
      if (known === undefined) neighbours.set(node, [other]);
      else if (known.length < maxPairsOfNode) known.push(other);
    }
  }
  return new Map([...nodes].map(([half, node]) => [half, neighbours.get(node) ?? []]));
};

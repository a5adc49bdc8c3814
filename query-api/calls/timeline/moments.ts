import type { Layer, LayerKind } from './layers.ts';
import type { Span } from './spans.ts';

/** What goes on at one time, by its kind, what began first in front. */
export type Active = { readonly [Kind in LayerKind]: ReadonlySet<Extract<Layer, { readonly kind: Kind }>> };

/** A stretch of time in which nothing begins and nothing ends. */
export type Moment = Span & { readonly active: Active };

type Edge = { readonly at: number; readonly layer: Layer; readonly begins: boolean };

/**
 * Walks through the time between two instants and tells for each stretch what went on in it. The sets are the walk's
 * own and change as it goes on: use them before the next.
 */
export function* momentsOf(layers: readonly Layer[], from: number, to: number): Generator<Moment> {
  const edges = layers.flatMap((layer): Edge[] => {
    const [begin, end] = [Math.max(layer.from, from), Math.min(layer.to, to)];
    if (begin >= end) return [];
    return [
      { at: begin, layer, begins: true },
      { at: end, layer, begins: false },
    ];
  });
  edges.sort((one, other) => one.at - other.at);
  const active = noneActive();
  let at = from;
  for (const edge of edges) {
    if (edge.at > at) yield { from: at, to: edge.at, active };
    at = edge.at;
    const set = active[edge.layer.kind] as Set<Layer>;
    if (edge.begins) set.add(edge.layer);
    else set.delete(edge.layer);
  }
  if (to > at) yield { from: at, to, active };
}

const noneActive = (): Active => ({
  talk: new Set(),
  hold: new Set(),
  wait: new Set(),
  ringing: new Set(),
  dialling: new Set(),
  app: new Set(),
  stay: new Set(),
  consult: new Set(),
  transfer: new Set(),
  answered: new Set(),
});

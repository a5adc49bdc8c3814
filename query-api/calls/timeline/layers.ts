import type { Event, EventOf } from '../../../schemas/events.ts';
import { microsFromIso } from '../../../schemas/event-json.ts';
import type { CallDetailRow } from '../call-columns.ts';
import type { CallFacts, Leg } from './facts.ts';
import { type Span, spanOf } from './spans.ts';

type Visit = CallDetailRow['queue_visits'][number];

/** Something that went on for a while in a call. Several go on at once; together they make its state. */
export type Layer = Span &
  (
    | { readonly kind: 'talk'; readonly legIds: readonly string[] }
    | { readonly kind: 'hold' }
    | { readonly kind: 'wait'; readonly visit: Visit | null; readonly position: number | null }
    | { readonly kind: 'ringing' | 'dialling'; readonly leg: Leg }
    | { readonly kind: 'app'; readonly app: string; readonly name: string }
    | { readonly kind: 'stay'; readonly as: string }
    | { readonly kind: 'consult'; readonly legIds: readonly string[] }
    | { readonly kind: 'transfer'; readonly to: number; readonly target: string }
    | { readonly kind: 'answered' }
  );

export type LayerKind = Layer['kind'];

/** Everything that went on in the call. */
export const layersOf = (facts: CallFacts): Layer[] => [
  ...counted(facts),
  ...rung(facts),
  ...apps(facts),
  ...bridged(facts),
  ...transferring(facts),
  ...answered(facts),
];

/** What the row's milliseconds add up, as the assembler found it. */
const counted = ({ row, events, until }: CallFacts): Layer[] => {
  const entries = events.filter((event) => event.type === 'queue.entered');
  return row.spans.map((span): Layer => {
    const { from, to } = spanOf(span, until);
    if (span.kind === 'hold') return { kind: 'hold', from, to };
    if (span.kind === 'talk') return { kind: 'talk', legIds: legIdsOf(span), from, to };
    const visit = row.queue_visits.find(({ entered_at }) => entered_at === span.from) ?? null;
    return { kind: 'wait', visit, position: positionOf(visit, from, entries), from, to };
  });
};

const legIdsOf = ({ leg_id, other_leg_id }: { readonly leg_id: string; readonly other_leg_id: string }): string[] =>
  other_leg_id === '' ? [leg_id] : [leg_id, other_leg_id];

const positionOf = (visit: Visit | null, from: number, entries: readonly EventOf<'queue.entered'>[]): number | null =>
  entries.find(({ occurred_at, payload }) => occurred_at === from && visit?.visit_id.startsWith(payload.visit_id))
    ?.payload.position ?? null;

const rung = ({ root, legs, until }: CallFacts): Layer[] =>
  [...legs.values()].flatMap((leg): Layer[] => {
    if (leg === root || !leg.isCalled || leg.createdAt === null) return [];
    const to = leg.answeredAt ?? leg.endedAt ?? until;
    const ringingAt = leg.ringingAt ?? to;
    return [
      { kind: 'dialling', leg, from: leg.createdAt, to: Math.min(ringingAt, to) },
      { kind: 'ringing', leg, from: ringingAt, to },
    ];
  });

/** Applications are in no column: their events tell them. One that was never left ends with its leg. */
const apps = ({ events, legs, until }: CallFacts): Layer[] => {
  const open = new Map<string, { kind: 'app'; app: string; name: string; from: number; to: number }>();
  const found: Layer[] = [];
  for (const event of events) {
    if (!isOfApp(event)) continue;
    const { app, name } = event.payload;
    const id = `${event.leg_id}\0${app}`;
    const known = open.get(id);
    if (known !== undefined) known.to = Math.min(known.to, event.occurred_at);
    open.delete(id);
    if (event.type === 'app.left') continue;
    const to = legs.get(event.leg_id ?? '')?.endedAt ?? until;
    const layer = { kind: 'app', app, name, from: event.occurred_at, to } as const;
    open.set(id, layer);
    found.push(layer);
  }
  return found;
};

const isOfApp = (event: Event): event is EventOf<'app.entered'> | EventOf<'app.left'> =>
  event.type === 'app.entered' || event.type === 'app.left';

/** The caller in a bridge without a partner, and conversations of others while the caller waits. */
const bridged = ({ row, root, until }: CallFacts): Layer[] =>
  row.bridges.flatMap((bridge): Layer[] => {
    const span = spanOf(bridge, until);
    const legIds = legIdsOf(bridge);
    if (root !== null && legIds.includes(root.id)) {
      return bridge.kind === 'talk' ? [] : [{ kind: 'stay', as: bridge.kind, ...span }];
    }
    return bridge.kind === 'talk' ? [{ kind: 'consult', legIds, ...span }] : [];
  });

/** From a transfer until the next conversation begins. */
const transferring = ({ row, until }: CallFacts): Layer[] => {
  const starts = row.spans.filter(({ kind }) => kind === 'talk').map(({ from }) => microsFromIso(from));
  return row.transfers.map(({ at, to: target }): Layer => {
    const from = microsFromIso(at);
    return { kind: 'transfer', target, from, to: Math.min(until, ...starts.filter((start) => start >= from)) };
  });
};

const answered = ({ root, until }: CallFacts): Layer[] =>
  root === null || root.answeredAt === null
    ? []
    : [{ kind: 'answered', from: root.answeredAt, to: root.endedAt ?? until }];

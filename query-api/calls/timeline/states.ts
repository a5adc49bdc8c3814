import type { EventType } from '../../../schemas/events.ts';
import type { CallFacts, Leg } from './facts.ts';
import type { Layer } from './layers.ts';
import type { Active } from './moments.ts';

/** What a call can be at a moment, as its caller has it; with the events that can begin it, the likeliest first. */
export const beginnings = {
  setup: ['leg.created'],
  dialling: ['leg.created', 'queue.left', 'app.left'],
  ringing: ['leg.progress', 'leg.created'],
  in_switch: ['leg.answered', 'app.left', 'leg.ended', 'leg.unbridged'],
  announcement: ['leg.bridged'],
  ivr: ['app.entered'],
  waiting: ['queue.entered', 'leg.unbridged', 'leg.ended'],
  talking: ['leg.bridged', 'leg.resumed', 'leg.answered', 'leg.unbridged'],
  in_conference: ['app.entered', 'leg.bridged', 'leg.resumed'],
  on_hold: ['leg.held', 'leg.unbridged', 'leg.bridged'],
  parked: ['app.entered', 'leg.bridged'],
  transferring: ['leg.transferred', 'leg.unbridged', 'leg.ended'],
  voicemail: ['app.entered'],
  fax: ['app.entered'],
  ended: ['leg.ended', 'call.ended', 'call.end_inferred'],
} as const satisfies Readonly<Record<string, readonly EventType[]>>;

export type StateName = keyof typeof beginnings;

/** Which of the row's milliseconds the time counts in. */
export type CountsAs = 'talk' | 'hold' | 'wait' | null;

type Waiting = Extract<Layer, { readonly kind: 'wait' }>;

export type State = {
  readonly state: StateName;
  readonly countsAs: CountsAs;
  /** The legs beside the caller's that have a part in it: who talks, rings, or talks with others meanwhile. */
  readonly legs: readonly Leg[];
  readonly visit: Waiting['visit'];
  readonly position: number | null;
  /** Name of the menu, room or number that it is about. */
  readonly name: string;
};

/**
 * The one state that a call has while all this goes on: the caller's time with people first, then what fills the rest.
 * `isNew` as long as nothing has come of the call yet.
 */
export const stateOf = (active: Active, facts: CallFacts, isNew: boolean): State => {
  const others = [...few(active.ringing), ...few(active.dialling)].map(({ leg }) => leg);
  const apps = new Map(few(active.app).map(({ app, name }) => [app, name]));
  const [transfer] = active.transfer;
  if (active.hold.size > 0) return held(active, facts, apps);
  if (active.talk.size > 0) return talking(active, facts, apps);
  const [wait] = active.wait;
  if (wait !== undefined) {
    const { visit, position } = wait;
    return { ...plain('waiting', others), visit, position, countsAs: 'wait' };
  }
  for (const app of ['voicemail', 'fax'] as const) {
    if (apps.has(app)) return { ...plain(app), name: apps.get(app) ?? '' };
  }
  if (transfer !== undefined) return { ...plain('transferring', others), name: transfer.target };
  if (active.ringing.size > 0) return plain('ringing', others);
  if (active.dialling.size > 0) return plain('dialling', others);
  return alone(active, apps, isNew);
};

/** More at once than this are not told one by one. */
const most = 20;

const few = <Item>(set: ReadonlySet<Item>): Item[] => {
  const first: Item[] = [];
  for (const item of set) if (first.push(item) === most) break;
  return first;
};

type Apps = ReadonlyMap<string, string>;

const plain = (state: StateName, legs: readonly Leg[] = []): State => ({
  state,
  countsAs: null,
  legs: legs.slice(0, most),
  visit: null,
  position: null,
  name: '',
});

const held = (active: Active, facts: CallFacts, apps: Apps): State => {
  const legs = legsIn(
    few(active.consult).flatMap(({ legIds }) => legIds),
    facts,
  );
  const state = active.transfer.size > 0 ? 'transferring' : isParked(active, apps) ? 'parked' : 'on_hold';
  return { ...plain(state, legs), countsAs: 'hold' };
};

const talking = (active: Active, facts: CallFacts, apps: Apps): State => {
  const legIds = few(active.talk).map((talk) => talk.legIds);
  const isConference = legIds.some((ids) => ids.length === 1);
  const legs = legsIn(legIds.flat(), facts);
  if (!isConference) return { ...plain('talking', legs), countsAs: 'talk' };
  return { ...plain('in_conference', legs), name: roomOf(apps), countsAs: 'talk' };
};

/** With the switch alone, or with nothing yet. */
const alone = (active: Active, apps: Apps, isNew: boolean): State => {
  if (isParked(active, apps)) return plain('parked');
  const stays = new Set(few(active.stay).map(({ as }) => as));
  if (stays.has('hold')) return plain('on_hold');
  if (stays.has('conference') || apps.has('conference') || apps.has('meeting')) {
    return { ...plain('in_conference'), name: roomOf(apps) };
  }
  if (apps.has('ivr')) return { ...plain('ivr'), name: apps.get('ivr') ?? '' };
  if (stays.has('announce')) return plain('announcement');
  return plain(isNew && active.answered.size === 0 ? 'setup' : 'in_switch');
};

const isParked = ({ stay }: Active, apps: Apps): boolean =>
  apps.has('park') || few(stay).some(({ as }) => as === 'park');

const roomOf = (apps: Apps): string => apps.get('conference') ?? apps.get('meeting') ?? '';

/** The legs of these ids but the caller's, each once. */
const legsIn = (ids: readonly string[], { legs, root }: CallFacts): Leg[] =>
  [...new Set(ids)].flatMap((id) => {
    const leg = legs.get(id);
    return leg === undefined || leg === root ? [] : [leg];
  });

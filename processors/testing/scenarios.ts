import { encodeEvent } from '../../schemas/event-codec.ts';
import { type Event } from '../../schemas/events.ts';
import { eventTable } from './event-table.ts';
import type { Random } from './random.ts';
import type { Log } from './topology.ts';

/** Call by call: lines of an event table with `A` for the root leg and call key, `B` for another leg, `D` for another call. */
const stories: readonly { readonly kind: 'freeswitch' | 'asterisk' | 'other'; readonly table: string }[] = [
  {
    // Only the root's events know the anchor; the callee's may come first.
    kind: 'freeswitch',
    table: `
      0.0  leg.created   A anchor=0 dir=in kind=user from=1001 to=1002
      0.2  leg.created   B dir=out kind=user to=1002
      1.0  leg.progress  B
      3.0  leg.answered  B
      3.1  leg.answered  A anchor=0
      3.2  leg.bridged   A anchor=0 with=B
      9.0  leg.ended     B q850=16 cause=NORMAL_CLEARING
      9.1  leg.unbridged A anchor=0 with=B
      9.1  leg.ended     A anchor=0 q850=16 cause=NORMAL_CLEARING`,
  },
  {
    // A caller gives up while a phone rings; the recording is told by another service, which knows no anchor.
    kind: 'freeswitch',
    table: `
      0.0  leg.created       A anchor=0 dir=in kind=trunk from=+15550001 to=+15550100
      0.1  leg.answered      A anchor=0
      0.1  app.entered       A anchor=0 app=ivr name=main
      1.0  recording.started A anchor=0 recording=A-r
      2.0  leg.created       B dir=out kind=user to=1002
      2.5  leg.progress      B
      6.0  leg.ended         A anchor=0 q850=16
      6.0  leg.ended         B sip=487 cause=ORIGINATOR_CANCEL
      8.0  recording.stored  A recording=A-r duration_ms=5000`,
  },
  {
    kind: 'asterisk',
    table: `
      0.0   leg.created     A anchor=0 dir=in kind=trunk from=+15550002 to=800
      0.1   leg.answered    A anchor=0
      0.1   queue.entered   A anchor=0 visit=A-v
      2.0   leg.created     B anchor=0 dir=out kind=user to=2001
      2.0   queue.offered   A anchor=0 visit=A-v attempt=1 agent=ann agent_leg=B
      5.0   leg.answered    B anchor=0
      5.0   queue.connected A anchor=0 visit=A-v agent=ann agent_leg=B
      5.1   leg.bridged     A anchor=0 bridge=x
      5.1   leg.bridged     B anchor=0 bridge=x
      6.0   leg.held        A anchor=0
      7.0   leg.resumed     A anchor=0
      20.0  leg.ended       A anchor=0 q850=16
      20.0  queue.completed A anchor=0 visit=A-v agent=ann by=caller
      20.1  leg.ended       B anchor=0 q850=16`,
  },
  {
    // A queue calls its agent in a call of its own (D) and joins the two.
    kind: 'freeswitch',
    table: `
      0.0  leg.created     A anchor=0 dir=in kind=trunk from=+15550003 to=800
      0.1  leg.answered    A anchor=0
      0.2  queue.entered   A anchor=0 visit=A-v
      1.0  leg.created     D call=D anchor=1 dir=out kind=user to=2001
      3.0  leg.answered    D call=D anchor=1
      3.0  queue.connected A anchor=0 visit=A-v agent=ann agent_leg=D
      3.0  call.linked     - anchor=0 from=D into=A id=A-link
      3.0  call.linked     - call=D anchor=1 from=D into=A id=A-link
      3.2  leg.bridged     A anchor=0 with=D
      9.0  leg.ended       A anchor=0 q850=16
      9.1  leg.ended       D call=D anchor=1 q850=16`,
  },
  {
    // Nothing tells the anchor: the first of these in the log decides.
    kind: 'other',
    table: `
      0.0  leg.created  A dir=in kind=user from=1003 to=1004
      1.0  leg.created  B dir=out kind=user to=1004
      4.0  leg.ended    B sip=486
      4.1  leg.ended    A sip=486`,
  },
];

export type Scenario = {
  /** Events of each call, in the order they happened. */
  readonly calls: readonly (readonly Event[])[];
};

/** Some calls of different kinds; `ownAnchors` leaves out those whose identity the order of the log decides. */
export const someCalls = (random: Random, count: number, ownAnchors: boolean): Scenario => {
  const usable = ownAnchors ? stories.filter(({ kind }) => kind !== 'other') : stories;
  const order = random.shuffle(usable);
  const calls = Array.from({ length: count }, (_, call) => {
    const { kind, table } = order[call % order.length] as (typeof stories)[number];
    const named = table.replaceAll(/\b([ABD])\b/g, (leg) => `${leg.toLowerCase()}${call}`);
    return eventTable(named, { kind, call: `a${call}`, tenant: random.pick(['acme', 'umbra']) });
  });
  return { calls };
};

/** The same events as a log: in order, once each, one partition. */
export const quietLog = ({ calls }: Scenario): Log => [calls.flat().map(encodeEvent)];

export type Disorder = {
  readonly partitions: number;
  /** The events of one key stay in one partition. */
  readonly keyed: boolean;
  readonly copies: number;
};

/** The same events as a log out of order: shuffled, some of them repeated, over several partitions. */
export const disorderedLog = ({ calls }: Scenario, { partitions, keyed, copies }: Disorder, random: Random): Log => {
  const placed = calls.flatMap((events) => {
    const repeated = [...events, ...Array.from({ length: copies }, () => random.pick(events))];
    return repeated.map((event) => ({
      event,
      partition: keyed ? partitionOf(event, partitions) : random.next(partitions),
    }));
  });
  const log = Array.from({ length: partitions }, (): Buffer[] => []);
  for (const { event, partition } of random.shuffle(placed)) log[partition]?.push(encodeEvent(event));
  return log;
};

/** A partition that depends on the key alone. */
export const partitionOf = ({ call_key }: Event, partitions: number): number =>
  Buffer.from(call_key).reduce((sum, byte) => sum + byte, 0) % partitions;

import type { Event, EventOf } from '../../schemas/events.ts';
import { refOf } from '../calls/call-ref.ts';
import { anchorsOf } from './anchors.ts';
import { callLifeOf } from './call-life.ts';
import { type CallInProgress, CallsInProgress } from './calls-in-progress.ts';
import { type ChannelListReader, createListReader } from './channel-lists.ts';
import { inferencesOf } from './inferences.ts';
import type { ClosingReader, WaitingCall } from './ports.ts';
import { type ChannelList, type Evidence, settleUs } from './rules.ts';
import { isSuspect, type SwitchState } from './suspects.ts';
import { livesOf, type SwitchLife, switchRefOf } from './switch-lives.ts';

export type Conclusion = EventOf<'call.end_inferred'> | EventOf<'call.anchored'>;

export type SweepPorts = {
  readonly reader: ClosingReader;
  /** Resolves when the log has the events. */
  readonly publish: (events: readonly Conclusion[]) => Promise<void>;
};

export type SweepSettings = {
  readonly patienceUs: Evidence['patienceUs'];
  /** How long events wait for somebody to tell their call's anchor. */
  readonly anchorGraceUs: number;
};

export type SweepReport = {
  readonly conclusions: readonly Conclusion[];
  /** Ids of calls that go on for longer than a day. */
  readonly overlong: readonly string[];
};

/** A call in progress for longer than this raises an alarm; nothing is concluded from it. */
const overlongUs = 24 * 3600 * 1_000_000;
/** Calls whose events are in memory at once. */
const callsAtOnce = 500;

/**
 * Looks once at everything that goes on and publishes what follows. Whatever was published before `nowUs` (our clock)
 * must be in the tables; doing it again, or side by side with another, changes nothing.
 */
export class Sweeper {
  readonly #ports: SweepPorts;
  readonly #settings: SweepSettings;
  readonly #calls = new CallsInProgress();
  readonly #lists: ChannelListReader;
  /** Waiting calls of which no switch told, by the number of their events then. */
  #unanchorable = new Map<string, number>();

  constructor(ports: SweepPorts, settings: SweepSettings) {
    this.#ports = ports;
    this.#settings = settings;
    this.#lists = createListReader(ports.reader);
  }

  async sweep(nowUs: number, signal: AbortSignal): Promise<SweepReport> {
    const { reader } = this.#ports;
    const lives = livesOf(await reader.signs());
    await this.#calls.refresh(reader, nowUs - settleUs);
    const suspects = await this.#suspects(lives, nowUs);
    const conclusions: Conclusion[] = [];
    for (let at = 0; at < suspects.length; at += callsAtOnce) {
      signal.throwIfAborted();
      const found = await this.#judge(suspects.slice(at, at + callsAtOnce), lives, nowUs);
      await this.#ports.publish(found);
      conclusions.push(...found);
    }
    signal.throwIfAborted();
    const anchors = await this.#anchors(nowUs);
    await this.#ports.publish(anchors);
    const overlong = this.#calls.calls().filter(({ summary }) => nowUs - summary.call_started_at > overlongUs);
    return { conclusions: [...conclusions, ...anchors], overlong: overlong.map(({ summary }) => summary.call_id) };
  }

  async #suspects(lives: ReadonlyMap<string, SwitchLife>, nowUs: number): Promise<CallInProgress[]> {
    const states = new Map<string, SwitchState>();
    for (const [ref, life] of lives) states.set(ref, { life, lastList: await this.#lists.latest(ref, life) });
    const { withHeartbeats, without } = this.#settings.patienceUs;
    const leastPatienceUs = Math.min(withHeartbeats, without);
    return this.#calls
      .calls()
      .filter(({ summary }) => isSuspect(summary, (ref) => states.get(ref), nowUs, leastPatienceUs));
  }

  /** What follows for these calls; their events are read unless they were since the calls last changed. */
  async #judge(
    calls: readonly CallInProgress[],
    lives: ReadonlyMap<string, SwitchLife>,
    nowUs: number,
  ): Promise<Conclusion[]> {
    const unread = calls.filter(({ life }) => life === null);
    const events = await this.#ports.reader.events(unread.map(({ summary }) => summary));
    for (const call of unread) call.life = callLifeOf(events.get(call.summary.call_id) ?? []);
    const lists = await this.#listsOf(calls, lives);
    const { patienceUs } = this.#settings;
    const evidenceOf = (told: Event): Evidence => {
      const ref = switchRefOf(told);
      return { nowUs, patienceUs, life: lives.get(ref), lists: lists.get(ref) ?? [] };
    };
    return calls.flatMap(({ life }) => (life === null ? [] : inferencesOf(life, evidenceOf, nowUs)));
  }

  /** The lists that the switches of these calls' legs made since the first of them was created. */
  async #listsOf(
    calls: readonly CallInProgress[],
    lives: ReadonlyMap<string, SwitchLife>,
  ): Promise<ReadonlyMap<string, readonly ChannelList[]>> {
    const since = new Map<string, number>();
    for (const leg of calls.flatMap(({ life }) => life?.openLegs ?? [])) {
      const ref = switchRefOf(leg.told);
      since.set(ref, Math.min(since.get(ref) ?? leg.first.at, leg.first.at));
    }
    const lists = new Map<string, readonly ChannelList[]>();
    for (const [ref, sinceUs] of since) {
      const lastListedAt = lives.get(ref)?.lastListedAt ?? null;
      if (lastListedAt !== null && lastListedAt > sinceUs) lists.set(ref, await this.#lists.since(ref, sinceUs));
    }
    return lists;
  }

  async #anchors(nowUs: number): Promise<EventOf<'call.anchored'>[]> {
    const waiting = await this.#ports.reader.waitingCalls(nowUs - this.#settings.anchorGraceUs);
    const news = waiting.filter((call) => this.#unanchorable.get(refOf(call)) !== call.events).slice(0, callsAtOnce);
    const anchors = news.length === 0 ? [] : anchorsOf(await this.#ports.reader.waitingEvents(news), nowUs);
    this.#remember(waiting, news, new Set(anchors.map(refOf)));
    return anchors;
  }

  #remember(waiting: readonly WaitingCall[], looked: readonly WaitingCall[], anchored: ReadonlySet<string>): void {
    const kept = waiting.filter((call) => this.#unanchorable.get(refOf(call)) === call.events);
    const without = looked.filter((call) => !anchored.has(refOf(call)));
    this.#unanchorable = new Map([...kept, ...without].map((call) => [refOf(call), call.events]));
  }
}

import type { Event } from '../../schemas/events.ts';
import type { CallIdentity } from './assembly/identity.ts';

/** A call whose events are all in memory. */
export type OpenCall = {
  readonly identity: CallIdentity;
  /** By event id and content hash. */
  readonly events: Map<string, Event>;
  /** When the call was seen to be over, by our clock; null while it goes on. */
  endedAtMs: number | null;
};

export type OpenCallsLimits = {
  /** Events kept in all; 0 keeps none, and every call is read anew. */
  readonly maxEvents: number;
  readonly maxCalls: number;
  /** How long an ended call stays for its last corrections. */
  readonly endedForMs: number;
};

/** A call with more events than this is read anew each time. */
const maxEventsOfCall = 2000;
/** Anchors are small: far more of them are kept than calls. */
const anchorsPerCall = 4;

/**
 * Memory of the calls in progress. It holds a call whole or not at all, and only for as long as this process is the
 * one that receives the call's events; nothing depends on it but speed.
 */
export class OpenCalls {
  readonly #limits: OpenCallsLimits;
  /** Both maps from the least to the most recently touched. */
  readonly #calls = new Map<string, OpenCall>();
  readonly #anchors = new Map<string, number>();
  #dirty = new Map<string, OpenCall>();
  #events = 0;

  constructor(limits: OpenCallsLimits) {
    this.#limits = limits;
  }

  get isKept(): boolean {
    return this.#limits.maxEvents > 0;
  }

  get size(): { readonly calls: number; readonly events: number } {
    return { calls: this.#calls.size, events: this.#events };
  }

  anchorOf(ref: string): number | undefined {
    return this.#anchors.get(ref);
  }

  /** From now on the call's anchor is known and no event waits for it. */
  setAnchor(ref: string, anchor: number): void {
    this.#anchors.delete(ref);
    this.#anchors.set(ref, anchor);
  }

  get(ref: string): OpenCall | undefined {
    return this.#calls.get(ref);
  }

  /** Starts to keep a call; the caller adds all its events. */
  open(ref: string, identity: CallIdentity): OpenCall {
    const call: OpenCall = { identity, events: new Map(), endedAtMs: null };
    this.#calls.set(ref, call);
    this.#dirty.set(ref, call);
    return call;
  }

  /** Adds an event; of copies the one received first is kept. */
  add(ref: string, event: Event, hash: string): void {
    const call = this.#calls.get(ref);
    if (call === undefined) throw new Error('an event was added to a call that is not open');
    const key = `${event.event_id}${hash}`;
    const known = call.events.get(key);
    if (known !== undefined && known.observed_at <= event.observed_at) return;
    if (known === undefined) this.#events += 1;
    call.events.set(key, event);
    this.#dirty.set(ref, call);
  }

  /** The calls that changed since this was last asked. */
  takeDirty(): ReadonlyMap<string, OpenCall> {
    const dirty = this.#dirty;
    this.#dirty = new Map();
    return dirty;
  }

  /** Marks the call as the most recently touched one. */
  settle(ref: string, call: OpenCall, endedAtMs: number | null): void {
    call.endedAtMs = endedAtMs;
    this.#calls.delete(ref);
    this.#calls.set(ref, call);
  }

  /** Lets go of what is over, too large or, beyond the limits, least recently touched. */
  trim(nowMs: number): void {
    const { maxCalls, maxEvents, endedForMs } = this.#limits;
    for (const [ref, call] of this.#calls) {
      const isOver = call.endedAtMs !== null && nowMs - call.endedAtMs >= endedForMs;
      if (isOver || call.events.size > maxEventsOfCall) this.#drop(ref, call);
    }
    for (const [ref, call] of this.#calls) {
      if (this.#calls.size <= maxCalls && this.#events <= maxEvents) break;
      this.#drop(ref, call);
    }
    for (const ref of this.#anchors.keys()) {
      if (this.#anchors.size <= maxCalls * anchorsPerCall) break;
      this.#anchors.delete(ref);
    }
  }

  #drop(ref: string, call: OpenCall): void {
    this.#calls.delete(ref);
    this.#events -= call.events.size;
  }
}

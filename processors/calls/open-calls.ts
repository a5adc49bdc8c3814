import type { Event } from '../../schemas/events.ts';
import type { CallIdentity } from './assembly/identity.ts';
import { refOf } from './call-ref.ts';

/** A call with all its events. */
export type OpenCall = {
  readonly identity: CallIdentity;
  /** By event id and content hash. */
  readonly events: Map<string, Event>;
  /** Refs of the calls it was joined with. */
  readonly links: Set<string>;
  /** When the call was seen to be over, by our clock; null while it goes on. */
  endedAtMs: number | null;
};

export const newOpenCall = (identity: CallIdentity): OpenCall => ({
  identity,
  events: new Map(),
  links: new Set(),
  endedAtMs: null,
});

/** Adds an event, and tells what that changed; of copies the one received first is kept. */
export const addEvent = (call: OpenCall, event: Event, hash: string): 'added' | 'replaced' | 'known' => {
  const key = `${event.event_id}${hash}`;
  const known = call.events.get(key);
  if (known !== undefined && known.observed_at <= event.observed_at) return 'known';
  call.events.set(key, event);
  if (event.type === 'call.linked') {
    const { tenant_id, call_key, payload } = event;
    for (const other of [payload.from_call_key, payload.into_call_key]) {
      if (other !== '' && other !== call_key) call.links.add(refOf({ tenant_id, call_key: other }));
    }
  }
  return known === undefined ? 'added' : 'replaced';
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
/** Identities are small: more of them are kept than calls. */
const identitiesPerCall = 4;

/**
 * Memory of the calls in progress. It holds a call whole or not at all, and only for as long as this process is the
 * one that receives the call's events; nothing depends on it but speed.
 */
export class OpenCalls {
  readonly #limits: OpenCallsLimits;
  /** Both maps from the least to the most recently touched. */
  readonly #calls = new Map<string, OpenCall>();
  readonly #identities = new Map<string, CallIdentity>();
  #touched = new Map<string, OpenCall>();
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

  identityOf(ref: string): CallIdentity | undefined {
    return this.#identities.get(ref);
  }

  /** From now on the call is known and no event waits for its anchor. */
  recognise(ref: string, identity: CallIdentity): void {
    this.#identities.delete(ref);
    this.#identities.set(ref, identity);
  }

  get(ref: string): OpenCall | undefined {
    return this.#calls.get(ref);
  }

  /** Starts to keep a call; the caller adds all its events. */
  open(ref: string, identity: CallIdentity): void {
    const call = newOpenCall(identity);
    this.#calls.set(ref, call);
    this.#touched.set(ref, call);
  }

  add(ref: string, event: Event, hash: string): void {
    const call = this.#calls.get(ref);
    if (call === undefined) throw new Error('an event was added to a call that is not open');
    const change = addEvent(call, event, hash);
    if (change === 'known') return;
    if (change === 'added') this.#events += 1;
    this.#touched.set(ref, call);
  }

  /** The calls that changed since this was last asked. */
  takeTouched(): ReadonlyMap<string, OpenCall> {
    const touched = this.#touched;
    this.#touched = new Map();
    return touched;
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
    for (const ref of this.#identities.keys()) {
      if (this.#identities.size <= maxCalls * identitiesPerCall) break;
      this.#identities.delete(ref);
    }
  }

  #drop(ref: string, call: OpenCall): void {
    this.#calls.delete(ref);
    this.#events -= call.events.size;
  }
}

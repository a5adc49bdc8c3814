import { setTimeout as delay } from 'node:timers/promises';
import type { ApiCall, ApiCallDetail, ApiClient } from './api-client.ts';
import type { ExpectedCalls } from './expected-calls.ts';

export type Waited = {
  /** By call id: several call keys may have become one call. */
  shown: ReadonlyMap<string, ApiCall>;
  /** Call keys that the API does not show, or not with all events, and what is missing. */
  missing: ReadonlyMap<string, string>;
};

export type WaitOptions = {
  /** Gives up when nothing more has come for so long. */
  timeoutMs: number;
  /** Told how many of the calls are there. */
  onProgress: (done: number, all: number) => void;
};

const callsAtOnce = 8;
const pollMs = 150;

/** Waits until the API shows every call with every event that was sent of it. */
export const waitForCalls = async (
  api: ApiClient,
  expected: ExpectedCalls,
  { timeoutMs, onProgress }: WaitOptions,
): Promise<Waited> => {
  const shown = new Map<string, ApiCall>();
  const missing = new Map([...expected.keys()].map((key) => [key, 'no such call']));
  let progressAt = performance.now();
  for (;;) {
    const before = missing.size;
    await inParallel([...missing.keys()], async (key) => {
      const state = await look(api, key, expected.get(key) ?? new Set());
      if ('call' in state) {
        shown.set(state.call.id, state.call);
        missing.delete(key);
      } else missing.set(key, state.missing);
    });
    onProgress(expected.size - missing.size, expected.size);
    if (missing.size === 0) return { shown, missing };
    if (missing.size < before) progressAt = performance.now();
    else if (performance.now() - progressAt > timeoutMs) return { shown, missing };
    await delay(pollMs);
  }
};

const look = async (
  api: ApiClient,
  callKey: string,
  eventIds: ReadonlySet<string>,
): Promise<{ call: ApiCall } | { missing: string }> => {
  const page = await api.get<{ data: readonly ApiCall[] }>(
    `/v1/calls?native_id=${encodeURIComponent(callKey)}&limit=1`,
  );
  const [found] = page?.data ?? [];
  if (found === undefined) return { missing: 'no such call' };
  const detail = await api.get<{ data: ApiCallDetail }>(`/v1/calls/${found.id}`);
  if (detail === null) return { missing: 'no such call' };
  const { data: call } = detail;
  const made = new Set(call.events.map(({ event_id }) => event_id));
  const absent = [...eventIds].filter((id) => !made.has(id)).length;
  if (absent === 0 || call.events_truncated) return { call };
  return { missing: `${absent} of ${eventIds.size} events` };
};

const inParallel = async <Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> => {
  const left = items.values();
  const worker = async (): Promise<void> => {
    for (const item of left) await work(item);
  };
  await Promise.all(Array.from({ length: callsAtOnce }, worker));
};

import { hash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type CallTruth, totalsOf } from '../demo/truth.ts';
import { type ApiCall, createApiClient } from '../feed/api-client.ts';
import type { RunFile } from '../up/run-file.ts';
import { type StoredTotals, storedTotals } from './stored-totals.ts';

/** What the tables must hold when everything of these calls was told. */
export const expectedTotals = (truths: readonly CallTruth[], badRecords: number): StoredTotals => {
  const { calls, duration_ms, talk_ms, recordings } = totalsOf(truths);
  return {
    calls,
    duration_ms,
    talk_ms,
    ended: calls,
    with_recording: recordings,
    recordings,
    orphans: 0,
    quarantined: badRecords,
  };
};

const patienceMs = 60_000;

/** Waits until the tables hold what was told, or no more comes; gives what they hold. */
export const settled = async (where: Pick<RunFile, 'clickhouse'>, expected: StoredTotals): Promise<StoredTotals> => {
  let last = '';
  let changedAt = performance.now();
  for (;;) {
    const stored = await storedTotals(where);
    const text = JSON.stringify(stored);
    if (text === JSON.stringify(expected) || performance.now() - changedAt > patienceMs) return stored;
    if (text !== last) changedAt = performance.now();
    last = text;
    await delay(250);
  }
};

export type Said = Pick<CallTruth, 'disposition' | 'direction' | 'duration_ms'>;

/** Every call as an API says it, by call key. */
export const callsOfApi = async (api: string, key: string): Promise<Map<string, Said>> => {
  const calls = new Map<string, Said>();
  const client = createApiClient(api, key);
  let path: string | null = '/v1/calls?limit=1000';
  while (path !== null) {
    const page: { data: ApiCall[]; links: { next: string | null } } | null = await client.get(path);
    for (const { call_uuid, disposition, direction, duration_ms } of page?.data ?? [])
      calls.set(call_uuid, { disposition, direction, duration_ms } as Said);
    path = page?.links.next ?? null;
  }
  return calls;
};

/** The same, as the generator of the calls says it. */
export const saidByTruth = (truths: readonly CallTruth[]): Map<string, Said> =>
  new Map(
    truths.map(({ call_key, disposition, direction, duration_ms }) => [
      call_key,
      { disposition, direction, duration_ms },
    ]),
  );

/** The hash of each recording's bytes as an API gives them, by its id. */
export const recordingHashes = async (api: string, key: string): Promise<Readonly<Record<string, string>>> => {
  const page = await createApiClient(api, key).get<{ data: { id: string }[] }>('/v1/recordings?limit=1000');
  const hashes = (page?.data ?? []).map(async ({ id }) => {
    const answer = await fetch(`${api}/v1/recordings/${id}/download`, { headers: { 'x-api-key': key } });
    if (!answer.ok) throw new Error(`the download of ${id} was answered ${answer.status}`);
    return [id, hash('sha256', new Uint8Array(await answer.arrayBuffer()), 'hex')] as const;
  });
  return Object.fromEntries(await Promise.all(hashes));
};

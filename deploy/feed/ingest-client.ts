import { hash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { CommandError } from '../cli/command-error.ts';
import { refusalOfText } from './refusal.ts';

/** A record that ingest refused, and keeps in quarantine. */
export type RejectedRecord = { index: number; code: string; message: string; field?: string };

export type Answer = { accepted: number; ignored: number; rejected: readonly RejectedRecord[] };

export type Body = { content: string | Buffer; contentType: string };

export type Upload = {
  recordingId: string;
  callKey: string;
  legId: string;
  switchId: string;
  startedAtUs: number;
  audio: Buffer;
};

export type IngestClient = {
  /** Sends records until ingest answers for them; `switchName` is for records that do not name their switch. */
  send: (path: string, body: Body, switchName?: string) => Promise<Answer>;
  upload: (upload: Upload) => Promise<void>;
};

export type IngestAccess = {
  /** `http://host:port` */
  url: string;
  key: string;
  /** Ends the tries. */
  signal?: AbortSignal;
  /** Ends them too, when a request went unanswered for so long; without it they go on for ever. */
  patienceMs?: number;
  /** Told of each try that failed and is made again. */
  onRetry?: (reason: string) => void;
};

const longestWaitMs = 5000;
const requestTimeoutMs = 60_000;

/**
 * Sends to ingest as a switch must: what is not answered is sent again, the same, until it is. Nothing counts twice by
 * that, as events and recordings carry their own ids.
 */
export const createIngestClient = (access: IngestAccess): IngestClient => ({
  send: async (path, { content, contentType }, switchName) => {
    const query = switchName === undefined ? '' : `?switch=${encodeURIComponent(switchName)}`;
    const request = { method: 'POST', headers: { 'content-type': contentType }, body: content };
    const answer = (await persist(access, `${path}${query}`, request)) as { data: Answer };
    return answer.data;
  },
  upload: async ({ recordingId, callKey, legId, switchId, startedAtUs, audio }) => {
    const query = new URLSearchParams({
      call_key: callKey,
      leg_id: legId,
      switch: switchId,
      started_at: new Date(startedAtUs / 1000).toISOString(),
    });
    await persist(access, `/v1/recordings/${encodeURIComponent(recordingId)}?${query.toString()}`, {
      method: 'PUT',
      headers: { 'content-type': 'audio/wav', 'x-content-sha256': hash('sha256', audio, 'hex') },
      body: audio,
    });
  },
});

type Request = { method: string; headers: Readonly<Record<string, string>>; body: string | Buffer };

const persist = async (access: IngestAccess, path: string, request: Request): Promise<unknown> => {
  const { patienceMs = Number.POSITIVE_INFINITY } = access;
  const startedAt = performance.now();
  for (let waitMs = 100; ; waitMs = Math.min(longestWaitMs, waitMs * 2)) {
    const tried = await attempt(access, path, request);
    if ('answer' in tried) return tried.answer;
    if (performance.now() - startedAt >= patienceMs)
      throw new CommandError(`ingest at ${access.url} took nothing for ${patienceMs / 1000} s: ${tried.failed}`);
    access.onRetry?.(tried.failed);
    await delay(tried.waitMs ?? waitMs, undefined, access.signal && { signal: access.signal });
  }
};

type Tried = { answer: unknown } | { failed: string; waitMs: number | null };

/** Throws a `CommandError` where the request itself is wrong, so that another try would not help. */
const attempt = async ({ url, key, signal }: IngestAccess, path: string, request: Request): Promise<Tried> => {
  const timeout = AbortSignal.timeout(requestTimeoutMs);
  let response: Response;
  let text: string;
  try {
    response = await fetch(`${url}${path}`, {
      ...request,
      body: typeof request.body === 'string' ? request.body : new Uint8Array(request.body),
      headers: { ...request.headers, authorization: `Bearer ${key}` },
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
    });
    text = await response.text();
  } catch (error) {
    signal?.throwIfAborted();
    return { failed: reasonOf(error), waitMs: null };
  }
  if (response.ok) return { answer: JSON.parse(text) };
  if (response.status !== 429 && response.status < 500)
    throw new CommandError(`ingest at ${url} answered ${response.status}: ${refusalOfText(text)}`);
  const retryAfterS = Number(response.headers.get('retry-after') ?? Number.NaN);
  const waitMs = Number.isFinite(retryAfterS) ? Math.min(longestWaitMs, retryAfterS * 1000) : null;
  return { failed: `ingest answered ${response.status}`, waitMs };
};

const reasonOf = (error: unknown): string => {
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause instanceof Error && cause.message !== '') return cause.message;
  return error instanceof Error ? error.message : String(error);
};

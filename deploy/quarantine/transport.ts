import { setTimeout as delay } from 'node:timers/promises';
import { CommandError } from '../cli/command-error.ts';

export type Answer = { readonly status: number; readonly body: unknown };

/** Sends a request to the API and gives its answer. */
export type Transport = (method: 'GET' | 'POST', path: string, body?: unknown) => Promise<Answer>;

const requestTimeoutMs = 30_000;
const retryMs = 500;

/** The API at an address. A request that is not answered is sent again: asking twice for the same changes nothing. */
export const httpTransport =
  (url: string, key: string, patienceMs = 30_000): Transport =>
  async (method, path, body) => {
    const startedAt = performance.now();
    for (;;) {
      const answer = await request(`${url}${path}`, key, method, body);
      if (answer !== null && !isPassing(answer.status)) return answer;
      if (performance.now() - startedAt > patienceMs) {
        const said = answer === null ? 'does not answer' : `answers ${answer.status}: ${JSON.stringify(answer.body)}`;
        throw new CommandError(`the API at ${url} ${said}`);
      }
      await delay(retryMs);
    }
  };

const request = async (url: string, key: string, method: string, body: unknown): Promise<Answer | null> => {
  try {
    const response = await fetch(url, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(requestTimeoutMs),
    });
    return { status: response.status, body: await response.json() };
  } catch {
    return null;
  }
};

const isPassing = (status: number): boolean => status === 503 || status === 429;

import { setTimeout as delay } from 'node:timers/promises';
import { CommandError } from '../cli/command-error.ts';
import { refusalOfText } from './refusal.ts';

/** The parts of a call in the API that are used here. */
export type ApiCall = {
  id: string;
  call_uuid: string;
  state: string;
  disposition: string;
  direction: string;
  duration_ms: number;
  caller: { number: string | null };
  dialled_number: string | null;
};
export type ApiCallDetail = ApiCall & { events: readonly { event_id: string }[]; events_truncated: boolean };

export type ApiClient = {
  /** The body of a GET; null where there is none such. Waits where the API is busy or away for a moment. */
  get: <Answer>(path: string) => Promise<Answer | null>;
  /** The same as text for people. */
  text: (path: string) => Promise<string | null>;
};

const triesWhileAway = 20;

export const createApiClient = (url: string, key: string): ApiClient => {
  const read = async (path: string, accept: string): Promise<Response | null> => {
    for (let tries = 1; ; tries++) {
      const response = await request(`${url}${path}`, key, accept);
      if (response?.ok === true) return response;
      if (response?.status === 404) return null;
      if (response !== null && response.status < 500 && response.status !== 429)
        throw new CommandError(
          `the API at ${url} answered ${response.status}: ${refusalOfText(await response.text())}`,
        );
      if (tries === triesWhileAway) throw new CommandError(`the API at ${url} does not answer`);
      await delay(500);
    }
  };
  return {
    get: async <Answer>(path: string) => {
      const response = await read(path, 'application/json');
      return response === null ? null : ((await response.json()) as Answer);
    },
    text: async (path) => {
      const response = await read(path, 'text/plain');
      return response === null ? null : response.text();
    },
  };
};

const request = async (url: string, key: string, accept: string): Promise<Response | null> => {
  try {
    return await fetch(url, {
      headers: { authorization: `Bearer ${key}`, accept },
      signal: AbortSignal.timeout(30_000),
    });
  } catch {
    return null;
  }
};

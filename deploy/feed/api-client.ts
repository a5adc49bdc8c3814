import { setTimeout as delay } from 'node:timers/promises';
import { CommandError } from '../cli/command-error.ts';

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
};

const triesWhileAway = 20;

export const createApiClient = (url: string, key: string): ApiClient => ({
  get: async <Answer>(path: string) => {
    for (let tries = 1; ; tries++) {
      const response = await request(`${url}${path}`, key);
      if (response?.ok === true) return (await response.json()) as Answer;
      if (response?.status === 404) return null;
      if (response !== null && response.status < 500 && response.status !== 429)
        throw new CommandError(`the API at ${url} answered ${response.status}: ${await response.text()}`);
      if (tries === triesWhileAway) throw new CommandError(`the API at ${url} does not answer`);
      await delay(500);
    }
  },
});

const request = async (url: string, key: string): Promise<Response | null> => {
  try {
    return await fetch(url, { headers: { authorization: `Bearer ${key}` }, signal: AbortSignal.timeout(30_000) });
  } catch {
    return null;
  }
};

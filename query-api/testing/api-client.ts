import assert from 'node:assert/strict';
import type { App } from '../../runtime/http/app.ts';

export type Listed = {
  data: { id: string; call_uuid: string | null; version?: number }[];
  meta: { next_cursor: string | null; total?: number; total_relation?: string };
  links: { next: string | null };
};

export type ApiClient = {
  get(url: string): Promise<{ statusCode: number; body: string; json: <Body>() => Body }>;
  list(url: string): Promise<Listed>;
  /** Everything that following `links.next` gives; `between` runs after each page. */
  listAll(url: string, between?: (page: number) => Promise<void>): Promise<Listed['data']>;
};

/** A client of the API with one key. */
export const apiClient = (app: App, secret: string): ApiClient => {
  const get: ApiClient['get'] = async (url) => app.inject({ url, headers: { 'x-api-key': secret } });
  const list = async (url: string): Promise<Listed> => {
    const response = await get(url);
    assert.equal(response.statusCode, 200, `${url}: ${response.body.slice(0, 300)}`);
    return response.json<Listed>();
  };
  return {
    get,
    list,
    listAll: async (url, between = async () => undefined) => {
      const all: Listed['data'] = [];
      let next: string | null = url;
      for (let page = 0; next !== null; page += 1) {
        const body: Listed = await list(next);
        all.push(...body.data);
        next = body.links.next;
        if (next !== null) await between(page);
      }
      return all;
    },
  };
};

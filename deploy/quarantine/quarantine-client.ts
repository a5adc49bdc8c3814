import type { Static } from 'typebox';
import type { Refused, RefusedWithBytes } from '../../query-api/quarantine/quarantine-body.ts';
import { CommandError } from '../cli/command-error.ts';
import { refusalOf } from '../feed/refusal.ts';
import type { Answer, Transport } from './transport.ts';

export type RecordSummary = Static<typeof Refused>;
export type RecordDetail = Static<typeof RefusedWithBytes>;

/** What records are meant; instants as the API takes them. */
export type Filters = {
  readonly code?: string;
  readonly stage?: string;
  readonly switch_id?: string;
  readonly from?: string;
  readonly to?: string;
  readonly status?: string;
  readonly ids?: string;
};

/** An attempt that was begun. */
export type Begun = { readonly id: string; readonly attempt_id: string };
export type Skipped = { readonly id: string; readonly code: string; readonly message: string };

export type Kind = {
  readonly stage: string;
  readonly code: string;
  readonly records: number;
  readonly redrivable: boolean;
  readonly why: string | null;
};

export type Many = {
  readonly data: {
    readonly asked: number;
    readonly attempts: readonly Begun[];
    readonly skipped: readonly Skipped[];
    readonly kinds?: readonly Kind[];
  };
  readonly meta: { readonly next_cursor: string | null };
};

export type QuarantineClient = {
  readonly list: (filters: Filters, limit: number) => Promise<{ records: readonly RecordSummary[]; total: number }>;
  readonly show: (id: string) => Promise<RecordDetail>;
  readonly redrive: (id: string, correction: { record?: unknown; switch?: string }) => Promise<Begun>;
  readonly dismiss: (id: string, reason: string) => Promise<Begun>;
  readonly redriveMany: (which: object) => Promise<Many>;
};

/** The quarantine as the commands use it; throws a `CommandError` with the API's own words where it refuses. */
export const createQuarantineClient = (send: Transport): QuarantineClient => ({
  list: async (filters, limit) => {
    const query = new URLSearchParams({ ...filters, limit: String(limit), include_total: 'true' });
    const { data, meta } = ok<{ data: RecordSummary[]; meta: { total: number } }>(
      await send('GET', `/v1/quarantine?${query.toString()}`),
    );
    return { records: data, total: meta.total };
  },
  show: async (id) => ok<{ data: RecordDetail }>(await send('GET', pathOf(id))).data,
  redrive: async (id, correction) => ok<{ data: Begun }>(await send('POST', `${pathOf(id)}/redrive`, correction)).data,
  dismiss: async (id, reason) => ok<{ data: Begun }>(await send('POST', `${pathOf(id)}/dismiss`, { reason })).data,
  redriveMany: async (which) => ok<Many>(await send('POST', '/v1/quarantine/redrive', which)),
});

const pathOf = (id: string): string => `/v1/quarantine/${encodeURIComponent(id)}`;

const ok = <Body>({ status, body }: Answer): Body => {
  if (status < 400) return body as Body;
  throw new CommandError(refusalOf(body) ?? `the API answered ${status}`);
};

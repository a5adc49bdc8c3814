import type { SwitchSignRow } from '../../schemas/rows.ts';

/** When something was heard: `at` by the switch's own clock, `observedAt` by ours. The two are never compared. */
export type Heard = { readonly at: number; readonly observedAt: number };

/** One run of a switch between two starts. */
export type Boot = { readonly bootId: string; readonly first: Heard; readonly last: Heard };

/** What is known of one switch of one tenant. */
export type SwitchLife = {
  /** By id; under the empty id what named none. */
  readonly boots: ReadonlyMap<string, Boot>;
  /** The latest start that named no boot. */
  readonly namelessStart: Heard | null;
  /** Whether it tells that it lives when nothing happens: only then its silence means anything soon. */
  readonly tellsLife: boolean;
  /** When it last listed its channels. */
  readonly lastListedAt: number | null;
};

export type SwitchRef = { readonly tenant_id: string; readonly switch_id: string };

export const switchRefOf = ({ tenant_id, switch_id }: SwitchRef): string => `${tenant_id}\0${switch_id}`;

/** The lives of switches, by their refs, from everything they were heard by. */
export const livesOf = (signs: readonly SwitchSignRow[]): Map<string, SwitchLife> =>
  new Map([...Map.groupBy(signs, switchRefOf)].map(([ref, rows]) => [ref, lifeOf(rows)]));

const lifeOf = (rows: readonly SwitchSignRow[]): SwitchLife => {
  const lists = rows.filter(({ kind }) => kind === 'switch.channels');
  const nameless = rows.find(({ kind, boot_id }) => kind === 'switch.started' && boot_id === '');
  return {
    boots: new Map([...Map.groupBy(rows, ({ boot_id }) => boot_id)].map(([id, ofBoot]) => [id, bootOf(id, ofBoot)])),
    namelessStart: nameless === undefined ? null : { at: nameless.last_at, observedAt: nameless.last_observed_at },
    tellsLife: lists.length > 0 || rows.some(({ kind }) => kind === 'switch.heartbeat'),
    lastListedAt: lists.length === 0 ? null : Math.max(...lists.map(({ last_at }) => last_at)),
  };
};

const bootOf = (bootId: string, rows: readonly SwitchSignRow[]): Boot => ({
  bootId,
  first: {
    at: Math.min(...rows.map(({ first_at }) => first_at)),
    observedAt: Math.min(...rows.map(({ first_observed_at }) => first_observed_at)),
  },
  last: {
    at: Math.max(...rows.map(({ last_at }) => last_at)),
    observedAt: Math.max(...rows.map(({ last_observed_at }) => last_observed_at)),
  },
});

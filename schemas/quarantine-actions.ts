import { hash } from 'node:crypto';
import { toBase32 } from './base32.ts';
import type { Rejection } from './rejections.ts';
import { singleObjectCodec } from './single-object.ts';
import { topics } from './topics.ts';

/** How the bytes of a redrive are read: as a record in a dialect, as an event of the log, as a letter of `dead-letters`. */
export type RedriveWay = 'record' | 'event' | 'letter';

export type RedriveAsked = {
  way: RedriveWay;
  /** For records. */
  dialect: string;
  /** Whose events these become: the record's own tenant, but where it has none. */
  as_tenant_id: string;
  asked_switch_id: string;
  bound_switch_id: string;
  /** Whether `raw` is a correction of the record, else the record as it is kept. */
  corrected: boolean;
  raw: Buffer;
};
export type Redriven = { events: number; event_ids: readonly string[] };
export type Dismissed = { reason: string };

type Actions = { asked: RedriveAsked; redriven: Redriven; refused: Rejection; dismissed: Dismissed };

export type QuarantineStep = keyof Actions;

/** The attempt that a step is of. */
export type Attempt = {
  tenant_id: string;
  quarantine_id: string;
  attempt_id: string;
  /** Who asked: a key's id, or `cli:USER`. */
  actor: string;
  asked_at: number;
};

export type ActionOf<Step extends QuarantineStep> = Attempt & { at: number; step: Step; action: Actions[Step] };

/** Something done about a refused record, or what came of it, as kept on `quarantine-actions`. */
export type QuarantineAction = { [Step in QuarantineStep]: ActionOf<Step> }[QuarantineStep];

/** Asking the same of a record again, before the answer is known, is the same attempt. */
export const attemptId = (...asked: readonly (string | number | Uint8Array)[]): string => {
  const digests = asked.map((part) => hash('sha256', typeof part === 'number' ? String(part) : part, 'hex'));
  const digest = hash('sha256', digests.join(''), 'buffer').subarray(0, 16);
  digest[0] = (digest[0] ?? 0) & 0x7f;
  return `try_${toBase32(digest)}`;
};

const codec = singleObjectCodec('quarantine-action');
const recordOf: Readonly<Record<QuarantineStep, string>> = {
  asked: 'trunkline.RedriveAsked',
  redriven: 'trunkline.Redriven',
  refused: 'trunkline.RedriveRefused',
  dismissed: 'trunkline.Dismissed',
};
const stepOf = new Map(Object.entries(recordOf).map(([step, record]) => [record, step as QuarantineStep]));

/** Topic, key and bytes of an action. */
export const quarantineActionMessage = ({
  step,
  action,
  ...rest
}: QuarantineAction): { topic: string; key: string; value: Buffer } => ({
  topic: topics.quarantineActions,
  key: `${rest.tenant_id}:${rest.quarantine_id}`,
  value: codec.encode({ ...rest, action: { [recordOf[step]]: action } }),
});

/** The action in these bytes, or why they are none. */
export const decodeQuarantineAction = (bytes: Buffer): QuarantineAction | { undecodable: string } => {
  try {
    const { action, ...rest } = codec.decode(bytes) as { action: Record<string, unknown> };
    const record = Object.keys(action)[0] as string;
    return { ...rest, step: stepOf.get(record), action: action[record] } as unknown as QuarantineAction;
  } catch (error) {
    return { undecodable: error instanceof Error ? error.message : String(error) };
  }
};

import type { RecordBatch } from '../../runtime/kafka.ts';
import { decodeEvent } from '../../schemas/event-codec.ts';
import { type CallRef, refOf } from '../calls/call-ref.ts';
import type { CallView } from './call-view.ts';
import { graceUs } from './decide.ts';
import type { Glance, Looked } from './look.ts';
import type { CallName } from './ports.ts';
import { callsAtOnce } from './together.ts';

export type NotifyPorts = {
  /** The calls that these keys name, as far as they are known. */
  readonly find: (refs: readonly CallRef[]) => Promise<readonly CallName[]>;
  /** Tells what is new about calls; one after the other, since two at once could tell one thing in two ways. */
  readonly look: (glance: Glance) => Promise<Looked>;
  /** Resolves when the calls processor has committed everything of the partition before this offset. */
  readonly passed: (partition: number, offset: bigint, signal: AbortSignal) => Promise<void>;
  readonly nowUs: () => number;
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
};

/**
 * Tells what the events of a batch of `call-events` changed: at once, and of calls that ended again after the grace. It
 * resolves when all of that is told and on record, and only then the batch may be committed. A call that changed while
 * its grace ran is left to the event that changed it, which is in a batch that is not committed yet.
 */
export const notifyBatch = async (batch: RecordBatch, ports: NotifyPorts, signal: AbortSignal): Promise<void> => {
  const refs = refsIn(batch);
  const last = batch.messages.at(-1);
  if (refs.length === 0 || last === undefined) return;
  await ports.passed(batch.partition, BigInt(last.offset) + 1n, signal);
  const awaiting = await lookAtAll(await ports.find(refs), { nowUs: ports.nowUs() }, ports, signal);
  if (awaiting.size === 0) return;
  await ports.wait(graceUs / 1000, signal);
  const versions = new Map([...awaiting].map(([callId, { version }]) => [callId, version]));
  await lookAtAll([...awaiting.values()], { nowUs: Number.POSITIVE_INFINITY, versions }, ports, signal);
};

const lookAtAll = async (
  calls: readonly CallName[],
  how: Omit<Glance, 'calls'>,
  { look }: NotifyPorts,
  signal: AbortSignal,
): Promise<Looked['awaiting']> => {
  const awaiting = new Map<string, CallView>();
  for (let at = 0; at < calls.length; at += callsAtOnce) {
    signal.throwIfAborted();
    const looked = await look({ calls: calls.slice(at, at + callsAtOnce), ...how });
    for (const [callId, row] of looked.awaiting) awaiting.set(callId, row);
  }
  return awaiting;
};

/** The calls that the records are about, each once. What is no event was refused by the calls processor. */
const refsIn = ({ messages }: RecordBatch): readonly CallRef[] => {
  const refs = new Map<string, CallRef>();
  for (const { value } of messages) {
    const decoded = value === null ? null : decodeEvent(value);
    if (decoded === null || 'rejection' in decoded) continue;
    const { tenant_id, call_key } = decoded.event;
    if (tenant_id !== '' && call_key !== '') refs.set(refOf(decoded.event), { tenant_id, call_key });
  }
  return [...refs.values()];
};

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { LogRecord, RecordBatch } from '../../runtime/kafka.ts';
import {
  type ActionOf,
  decodeQuarantineAction,
  quarantineActionMessage,
  type QuarantineStep,
} from '../../schemas/quarantine-actions.ts';
import type { Publish } from '../publishing.ts';
import { settle } from './settle.ts';

export type RedrivePorts = {
  readonly publish: Publish;
  readonly nowUs: () => number;
  readonly onSettled: (outcome: QuarantineStep) => void;
  readonly onBug: (error: unknown) => void;
};

/** Records that are taken together; each may hold half a MiB. */
const recordsATurn = 32;

/**
 * Takes the records of a batch again that somebody asked for. Events first, then what came of them, and only then the
 * batch may be committed: after a crash in between the same events come again, which changes nothing.
 */
export const redriveBatch = async ({ messages }: RecordBatch, ports: RedrivePorts): Promise<void> => {
  const asked = messages.flatMap(askedIn);
  for (let at = 0; at < asked.length; at += recordsATurn) {
    const settled = asked.slice(at, at + recordsATurn).map((one) => settle(one, ports.nowUs(), ports.onBug));
    const events = settled.flatMap((one) => one.messages);
    if (events.length > 0) await ports.publish(events);
    await ports.publish(settled.map(({ told }) => quarantineActionMessage(told)));
    for (const { told } of settled) ports.onSettled(told.step);
    await nextTurn();
  }
};

/** Of what cannot be read the quarantine processor tells. */
const askedIn = ({ value }: LogRecord): ActionOf<'asked'>[] => {
  const action = value === null ? null : decodeQuarantineAction(value);
  return action === null || 'undecodable' in action || action.step !== 'asked' ? [] : [action];
};

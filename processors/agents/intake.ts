import type { LogRecord, RecordBatch } from '../../runtime/kafka.ts';
import type { AgentEventRow } from '../../schemas/agent-rows.ts';
import { type DeadLetter, messageLetter } from '../../schemas/dead-letters.ts';
import { contentHash, decodeEvent } from '../../schemas/event-codec.ts';
import { isPlausibleInstant } from '../../schemas/instants.ts';
import type { Rejection } from '../../schemas/rejections.ts';
import { topics } from '../../schemas/topics.ts';
import { type AgentEvent, agentOf, isAgentEvent } from './agent-event.ts';

/** An event about an agent, or the start of a switch, as it came from the log. */
export type Arrived = { readonly event: AgentEvent; readonly row: AgentEventRow };

export type Intake = {
  readonly arrived: readonly Arrived[];
  readonly refused: readonly DeadLetter[];
  /** Events of no agent. */
  readonly ignored: number;
};

/**
 * Reads the records of several partitions' batches. The log of calls is read for the callers that agents were connected
 * with; what is wrong with a record there is the calls processor's to say.
 */
export const takeIn = (batches: readonly RecordBatch[]): Intake => {
  const arrived: Arrived[] = [];
  const refused: DeadLetter[] = [];
  let ignored = 0;
  for (const { topic, partition, messages } of batches) {
    for (const record of messages) {
      const taken = takeRecord(record, `${topic}/${partition}/${record.offset}`);
      if (taken === null) ignored += 1;
      else if ('event' in taken) arrived.push(taken);
      else if (topic === topics.agentEvents) refused.push(taken);
    }
  }
  return { arrived, refused, ignored };
};

const takeRecord = ({ value, timestampMs }: LogRecord, source: string): Arrived | DeadLetter | null => {
  if (value === null) return null;
  const refused = { stage: 'agents', raw: value, source, timestampMs };
  const decoded = decodeEvent(value);
  if ('rejection' in decoded) {
    return messageLetter({ code: 'NOT_AN_EVENT', message: decoded.rejection, field: '' }, { ...refused, event: null });
  }
  const { event } = decoded;
  if (!isAgentEvent(event)) return null;
  const flaw = flawOf(event);
  if (flaw !== null) return messageLetter(flaw, { ...refused, event });
  // Of a visit that names no agent nothing is told about one.
  if (event.type !== 'switch.started' && agentOf(event) === '') return null;
  return { event, row: toRow(event, value) };
};

const flawOf = (event: AgentEvent): Rejection | null => {
  if (event.tenant_id === '')
    return { code: 'TENANT_MISSING', message: 'the event names no tenant', field: 'tenant_id' };
  for (const field of ['occurred_at', 'observed_at'] as const) {
    const us = event[field];
    if (!isPlausibleInstant(us)) {
      return { code: 'TIME_OUT_OF_RANGE', message: `${field} is ${us} µs, no instant from 2000 to 2199`, field };
    }
  }
  return null;
};

const toRow = (event: AgentEvent, raw: Buffer): AgentEventRow => ({
  tenant_id: event.tenant_id,
  agent_id: agentOf(event),
  occurred_at: event.occurred_at,
  event_id: event.event_id,
  content_hash: contentHash(raw),
  observed_order: Number.MAX_SAFE_INTEGER - event.observed_at,
  switch_id: event.switch_id,
  type: event.type,
  event: raw,
});

import type { RecordBatch } from '../../runtime/kafka.ts';
import { type DeadLetter, deadLetterMessage, messageLetter } from '../../schemas/dead-letters.ts';
import { encodeEvent } from '../../schemas/event-codec.ts';
import type { Event } from '../../schemas/events.ts';
import type { Rejection } from '../../schemas/rejections.ts';
import type { RecordingRow } from '../../schemas/rows.ts';
import { callEventKey, topics } from '../../schemas/topics.ts';
import { readUpload } from './read-upload.ts';
import { type Outcome, toOutcome, toRow, type Uploaded } from './recording-outcome.ts';
import { type AudioStore, type Checked, checkStored } from './stored-audio.ts';

type Message = { readonly topic: string; readonly key: string; readonly value: Buffer };

/** What the processor needs of the world. Both sinks may be given the same things again. */
export type UploadPorts = {
  readonly audio: AudioStore;
  readonly insertRecordings: (rows: readonly RecordingRow[]) => Promise<void>;
  readonly publish: (messages: readonly Message[]) => Promise<void>;
  readonly onChecked: (outcome: 'stored' | 'failed' | 'rejected') => void;
};

/** Objects that are looked at side by side. */
const checksAtOnce = 8;

/**
 * Checks the uploads of a batch; resolves when rows and events are safe, and only then the batch may be committed.
 * Doing it again changes nothing. Throws when store, table or log do not answer.
 */
export const processUploads = async (ports: UploadPorts, batch: RecordBatch): Promise<void> => {
  const letters: DeadLetter[] = [];
  const uploads: Uploaded[] = [];
  for (const { value, offset, timestampMs } of batch.messages) {
    const raw = value ?? Buffer.alloc(0);
    const read = readUpload(raw);
    if ('uploaded' in read) uploads.push(read.uploaded);
    else letters.push(toLetter(read, { batch, offset, timestampMs, raw }));
  }

  for (let at = 0; at < uploads.length; at += checksAtOnce) {
    await finish(ports, uploads.slice(at, at + checksAtOnce));
  }
  if (letters.length > 0) await ports.publish(letters.map(deadLetterMessage));
  for (const _letter of letters) ports.onChecked('rejected');
};

const finish = async (ports: UploadPorts, uploads: readonly Uploaded[]): Promise<void> => {
  const checks = await Promise.all(
    uploads.map(async (uploaded) => ({ uploaded, checked: await checkStored(ports.audio, uploaded.payload) })),
  );
  await ports.insertRecordings(checks.map(({ uploaded, checked }) => toRow(uploaded, checked)));
  const messages = checks.flatMap(tellCall);
  if (messages.length > 0) await ports.publish(messages);
  for (const { checked } of checks) ports.onChecked(checked.stored ? 'stored' : 'failed');
};

/** A recording whose call nobody named stays a row without a call. */
const tellCall = ({ uploaded, checked }: { uploaded: Uploaded; checked: Checked }): Message[] =>
  uploaded.call_key === '' ? [] : [outcomeMessage(toOutcome(uploaded, checked))];

const outcomeMessage = (outcome: Outcome): Message => ({
  topic: topics.callEvents,
  key: callEventKey(outcome.tenant_id, outcome.call_key),
  value: encodeEvent(outcome),
});

type Place = {
  readonly batch: RecordBatch;
  readonly offset: string;
  readonly timestampMs: number;
  readonly raw: Buffer;
};

const toLetter = (
  { event, rejection }: { readonly event: Event | null; readonly rejection: Rejection },
  { batch, offset, timestampMs, raw }: Place,
): DeadLetter => {
  const source = `${batch.topic}/${batch.partition}/${offset}`;
  return messageLetter(rejection, { stage: 'recordings', event, raw, source, timestampMs });
};

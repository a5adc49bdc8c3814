import { KafkaUnavailable } from '../../runtime/kafka.ts';
import { type QuarantineAction, quarantineActionMessage } from '../../schemas/quarantine-actions.ts';
import { unavailable } from '../http/api-error.ts';
import { type Asker, askToDismiss, askToRedrive, type Unredrivable, type Wish } from './asking.ts';
import type { Quarantined, QuarantineReader, Standings } from './quarantine-reader.ts';

/** The part of Kafka's publisher that is used here. */
export type PublishActions = (
  messages: readonly { readonly topic: string; readonly key: string; readonly value: Buffer }[],
) => Promise<void>;

export type Asked = { readonly id: string } & ({ readonly attemptId: string } | { readonly refused: Unredrivable });

/** Asks ingest, by the log, to take refused records again; what comes of it is told by the records' status. */
export type Redriver = {
  readonly redrive: (
    found: readonly Standings<Quarantined>[],
    wish: Wish,
    asker: Asker,
    signal: AbortSignal,
  ) => Promise<readonly Asked[]>;
  readonly dismiss: (found: Standings<Quarantined>, reason: string, asker: Asker) => Promise<Asked>;
};

const nothingOfCall: Unredrivable = { code: 'NOT_REDRIVABLE', message: 'No event of the call is kept.' };

export const createRedriver = (reader: Pick<QuarantineReader, 'eventOfCall'>, publish: PublishActions): Redriver => {
  const tell = async (actions: readonly QuarantineAction[]): Promise<void> => {
    if (actions.length === 0) return;
    try {
      await publish(actions.map(quarantineActionMessage));
    } catch (error) {
      if (!(error instanceof KafkaUnavailable)) throw error;
      throw unavailable('UNAVAILABLE', 'Kafka does not answer: ask again, the same is done once.', { cause: error });
    }
  };

  /** A call that could not be assembled has no bytes: any of its events has it assembled anew. */
  const bytesOf = async (record: Quarantined, asker: Asker, signal: AbortSignal): Promise<Buffer | null> => {
    const raw = Buffer.from(record.raw_base64, 'base64');
    return record.code === 'ASSEMBLY_FAILED' ? reader.eventOfCall(asker.tenantId, raw.toString(), signal) : raw;
  };

  return {
    redrive: async (found, wish, asker, signal) => {
      const answers: Asked[] = [];
      const actions: QuarantineAction[] = [];
      for (const one of found) {
        const id = one.record.quarantine_id;
        const kept = await bytesOf(one.record, asker, signal);
        const ask = kept === null ? { refused: nothingOfCall } : askToRedrive(one, kept, wish, asker);
        if ('refused' in ask) answers.push({ id, refused: ask.refused });
        else {
          answers.push({ id, attemptId: ask.asked.attempt_id });
          actions.push(ask.asked);
        }
      }
      await tell(actions);
      return answers;
    },
    dismiss: async (found, reason, asker) => {
      const id = found.record.quarantine_id;
      const ask = askToDismiss(found, reason, asker);
      if ('refused' in ask) return { id, refused: ask.refused };
      await tell([ask.dismissed]);
      return { id, attemptId: ask.dismissed.attempt_id };
    },
  };
};

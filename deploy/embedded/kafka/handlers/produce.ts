import type { PartitionLog } from '../log/partition-log.ts';
import { ErrorCode } from '../protocol/error-codes.ts';
import type { ProducedPartition, ProducePartition, ProduceRequest, ProduceResponse } from '../protocol/produce.ts';
import { findBatchProblem } from '../protocol/record-batch.ts';
import type { BrokerState } from './broker-state.ts';
import { storageErrorCode } from './storage-errors.ts';

/** As in Apache Kafka. One record from the far future would keep its whole segment from ever expiring. */
const MAX_CLOCK_LEAD_MS = 3_600_000;

/**
 * With acks 1 and all the batches are on disk when the producer is told. Null for acks=0: such a producer reads no
 * answers, so that only a closed connection can tell it of a failure.
 */
export async function handleProduce(request: ProduceRequest, broker: BrokerState): Promise<ProduceResponse | null> {
  const topics = await Promise.all(
    request.topics.map(async ({ name, partitions }) => ({
      name,
      partitions: await Promise.all(
        partitions.map((partition) => append(broker, name, partition, findRequestProblem(request))),
      ),
    })),
  );
  if (request.acks !== 0) return { topics };
  const failed = topics.flatMap(({ partitions }) => partitions).find(({ errorCode }) => errorCode !== ErrorCode.NONE);
  if (failed !== undefined) throw new Error(`a produce request with acks=0 failed: error ${failed.errorCode}`);
  return null;
}

function findRequestProblem(request: ProduceRequest): ErrorCode {
  if (request.transactionalId !== null) return ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED;
  return [-1, 0, 1].includes(request.acks) ? ErrorCode.NONE : ErrorCode.INVALID_REQUIRED_ACKS;
}

async function append(
  broker: BrokerState,
  topic: string,
  { index, records }: ProducePartition,
  requestProblem: ErrorCode,
): Promise<ProducedPartition> {
  const log = broker.catalog.partition(topic, index);
  const answer = (errorCode: ErrorCode, baseOffset = -1): ProducedPartition => ({
    index,
    errorCode,
    baseOffset,
    logStartOffset: log?.logStartOffset ?? -1,
  });
  if (requestProblem !== ErrorCode.NONE) return answer(requestProblem);
  if (log === undefined) return answer(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
  if (records === null) return answer(ErrorCode.INVALID_RECORD);
  const problem = findBatchProblem(records, {
    maxMessageBytes: log.config.maxMessageBytes,
    latestTimestamp: Date.now() + MAX_CLOCK_LEAD_MS,
  });
  if (problem !== null) {
    broker.log.warn({ topic, partition: index, reason: problem.reason }, 'a batch was refused');
    return answer(problem.errorCode);
  }
  return store(broker, log, records, answer);
}

async function store(
  broker: BrokerState,
  log: PartitionLog,
  records: Buffer,
  answer: (errorCode: ErrorCode, baseOffset?: number) => ProducedPartition,
): Promise<ProducedPartition> {
  try {
    const { errorCode, baseOffset } = await log.append(records);
    return answer(errorCode, baseOffset);
  } catch (error) {
    return answer(storageErrorCode(error, broker.log));
  }
}

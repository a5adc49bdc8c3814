import { bytesFrom, readSlice } from '../log/log-reader.ts';
import type { PartitionLog } from '../log/partition-log.ts';
import type { TopicPartitions } from '../protocol/codec.ts';
import { ErrorCode } from '../protocol/error-codes.ts';
import type { FetchedPartition, FetchPartition, FetchRequest, FetchResponse } from '../protocol/fetch.ts';
import type { BrokerState, RequestContext } from './broker-state.ts';
import { storageErrorCode } from './storage-errors.ts';

const MAX_WAIT_MS = 60_000;

/** Waits until `minBytes` can be had, `maxWaitMs` are over, a partition has an error or the client is gone. */
export async function handleFetch(
  request: FetchRequest,
  broker: BrokerState,
  context: RequestContext,
): Promise<FetchResponse> {
  await waitForData(request, broker, context.gone);
  let budget = Math.max(0, request.maxBytes);
  let isFirst = true;
  const topics: TopicPartitions<FetchedPartition>[] = [];
  for (const { name, partitions } of request.topics) {
    const answers: FetchedPartition[] = [];
    topics.push({ name, partitions: answers });
    for (const partition of partitions) {
      // The first batch of an answer may be over every limit: else a reader could never get past it.
      const limit = { maxBytes: Math.min(budget, partition.maxBytes), atLeastOne: isFirst };
      const answer = await read(broker, name, partition, limit);
      answers.push(answer);
      budget = Math.max(0, budget - (answer.records?.length ?? 0));
      isFirst &&= answer.records === null;
    }
  }
  return { topics };
}

async function read(
  broker: BrokerState,
  topic: string,
  { index, offset }: FetchPartition,
  limit: { maxBytes: number; atLeastOne: boolean },
): Promise<FetchedPartition> {
  const log = broker.catalog.partition(topic, index);
  const errorCode = findProblem(log, offset);
  if (log === undefined || errorCode !== ErrorCode.NONE) return unread(index, errorCode, log);
  try {
    return { ...unread(index, errorCode, log), records: await readSlice(log, offset, limit) };
  } catch (error) {
    return unread(index, storageErrorCode(error, broker.log), log);
  }
}

function unread(index: number, errorCode: ErrorCode, log: PartitionLog | undefined): FetchedPartition {
  return {
    index,
    errorCode,
    highWatermark: log?.nextOffset ?? -1,
    logStartOffset: log?.logStartOffset ?? -1,
    records: null,
  };
}

function findProblem(log: PartitionLog | undefined, offset: number): ErrorCode {
  if (log === undefined) return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
  return offset < log.logStartOffset || offset > log.nextOffset ? ErrorCode.OFFSET_OUT_OF_RANGE : ErrorCode.NONE;
}

type Wanted = { log: PartitionLog; available: number; appendedBefore: number; maxBytes: number };

async function waitForData(request: FetchRequest, broker: BrokerState, gone: AbortSignal): Promise<void> {
  if (request.maxWaitMs <= 0 || request.minBytes <= 0) return;
  const wanted: Wanted[] = [];
  for (const { name, partitions } of request.topics) {
    for (const { index, offset, maxBytes } of partitions) {
      const log = broker.catalog.partition(name, index);
      if (log === undefined || findProblem(log, offset) !== ErrorCode.NONE) return;
      const { appendedBytes } = log;
      wanted.push({ log, available: await bytesFrom(log, offset), appendedBefore: appendedBytes, maxBytes });
    }
  }
  await waitUntil(
    () =>
      wanted.some(({ log }) => log.isClosed) || availableBytes(wanted) >= Math.min(request.minBytes, request.maxBytes),
    { logs: wanted.map(({ log }) => log), maxWaitMs: Math.min(request.maxWaitMs, MAX_WAIT_MS), gone },
  );
}

function availableBytes(wanted: readonly Wanted[]): number {
  return wanted.reduce(
    (sum, { log, available, appendedBefore, maxBytes }) =>
      sum + Math.min(available + log.appendedBytes - appendedBefore, maxBytes),
    0,
  );
}

/** Looks again after every append to one of the logs. */
function waitUntil(
  holds: () => boolean,
  { logs, maxWaitMs, gone }: { logs: PartitionLog[]; maxWaitMs: number; gone: AbortSignal },
): Promise<void> {
  if (holds() || gone.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const finish = (): void => {
      clearTimeout(timer);
      gone.removeEventListener('abort', finish);
      for (const unwatch of watches) unwatch();
      resolve();
    };
    const timer = setTimeout(finish, maxWaitMs);
    gone.addEventListener('abort', finish);
    const watches = logs.map((log) => log.watch(() => holds() && finish()));
  });
}

import { findOffsetByTime } from '../log/log-reader.ts';
import { ErrorCode } from '../protocol/error-codes.ts';
import {
  EARLIEST_TIMESTAMP,
  LATEST_TIMESTAMP,
  type ListedOffset,
  type ListOffsetsRequest,
  type ListOffsetsResponse,
} from '../protocol/list-offsets.ts';
import type { BrokerState } from './broker-state.ts';
import { storageErrorCode } from './storage-errors.ts';

export async function handleListOffsets(
  request: ListOffsetsRequest,
  broker: BrokerState,
): Promise<ListOffsetsResponse> {
  const topics = request.topics.map(async ({ name, partitions }) => ({
    name,
    partitions: await Promise.all(partitions.map(({ index, timestamp }) => listOffset(broker, name, index, timestamp))),
  }));
  return { topics: await Promise.all(topics) };
}

async function listOffset(broker: BrokerState, topic: string, index: number, timestamp: number): Promise<ListedOffset> {
  const log = broker.catalog.partition(topic, index);
  const none = { index, timestamp: -1, offset: -1 };
  if (log === undefined) return { ...none, errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION };
  const found = { ...none, errorCode: ErrorCode.NONE };
  if (timestamp === LATEST_TIMESTAMP) return { ...found, offset: log.nextOffset };
  if (timestamp === EARLIEST_TIMESTAMP) return { ...found, offset: log.logStartOffset };
  try {
    return { ...found, ...(await findOffsetByTime(log, timestamp)) };
  } catch (error) {
    return { ...none, errorCode: storageErrorCode(error, broker.log) };
  }
}

/** All that other folders may use of Kafka; kafkajs itself is imported by the `kafka-*.ts` files only. */
export type { RecordBatch } from './kafka-batch-work.ts';
export { type BatchOptions, type BatchRunner, runBatches } from './kafka-batches.ts';
export { createKafka, type KafkaConnection } from './kafka-connection.ts';
export { isKafkaLoginRefused, KafkaUnavailable, MessageTooLarge } from './kafka-errors.ts';
export type { Fence, TopicPartition } from './kafka-fence.ts';
export { type GroupProgress, hasPassed, type Offsets, watchGroup } from './kafka-group-progress.ts';
export type { PartitionLag } from './kafka-lag.ts';
export {
  createLogView,
  type LogView,
  type LogViewOptions,
  ProposalUnconfirmed,
  type Verdict,
} from './kafka-log-view.ts';
export type { Outgoing } from './kafka-produce.ts';
export { createPublisher, type Publisher, type PublisherOptions } from './kafka-publisher.ts';
export { headerText, type LogRecord } from './kafka-records.ts';
export { type EnsuredTopic, ensureTopics, type TopicSpec } from './kafka-topics.ts';

import {
  BROKER_RESOURCE,
  type ConfigResource,
  type DescribedConfig,
  type DescribedEntry,
  TOPIC_RESOURCE,
} from '../protocol/describe-configs.ts';
import { ErrorCode } from '../protocol/error-codes.ts';
import { describeTopicConfig } from '../topics/topic-config.ts';
import type { BrokerState } from './broker-state.ts';

export function handleDescribeConfigs(
  request: { resources: ConfigResource[] },
  broker: BrokerState,
): { resources: DescribedConfig[] } {
  return { resources: request.resources.map((resource) => describe(resource, broker)) };
}

function describe({ type, name, names }: ConfigResource, broker: BrokerState): DescribedConfig {
  const answer = (errorCode: ErrorCode, errorMessage: string | null, entries: DescribedEntry[]): DescribedConfig => ({
    errorCode,
    errorMessage,
    type,
    name,
    entries: entries.filter((entry) => names === null || names.includes(entry.name)),
  });
  if (type === BROKER_RESOURCE) return answer(ErrorCode.NONE, null, BROKER_ENTRIES);
  if (type !== TOPIC_RESOURCE) return answer(ErrorCode.INVALID_REQUEST, 'only topics and brokers have entries', []);
  const topic = broker.catalog.topic(name);
  if (topic === undefined) return answer(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, 'there is no such topic', []);
  const entries = describeTopicConfig(topic.config).map((entry) => ({ ...entry, readOnly: true }));
  return answer(ErrorCode.NONE, null, entries);
}

const BROKER_ENTRIES: DescribedEntry[] = [
  { name: 'auto.create.topics.enable', value: 'false', readOnly: true, isDefault: true },
];

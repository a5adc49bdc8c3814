/** Topic names. Keys: see each; the key decides the partition and so the order. */
export const topics = {
  /** Everything about a call, in order. Key `tenant:call_key`. */
  callEvents: 'call-events',
  /** Uploads that the recordings processor has yet to check. Key `tenant:recording_id`. */
  recordingUploads: 'recording-uploads',
  /** What subscribers are told about calls. Key `tenant:call_id`. */
  notifications: 'notifications',
  /** Agent states. Key `tenant:agent_id`. */
  agentEvents: 'agent-events',
  /** Switch starts, heartbeats, live channels. Key `switch_id`. */
  switchEvents: 'switch-events',
  /** The control plane's log: one partition, read by everyone from its beginning. */
  directoryEvents: 'directory-events',
  /** What could not be used, with its raw bytes and the reason. Key `tenant:quarantine_id`. */
  deadLetters: 'dead-letters',
  /** What is done about refused records, and what came of it. Key `tenant:quarantine_id`. */
  quarantineActions: 'quarantine-actions',
} as const;

export type TopicPlan = {
  topic: string;
  /** null = as many as the installation asks for. */
  partitions: number | null;
  config: Readonly<Record<string, string>>;
};

const forever = { 'retention.ms': '-1' };

/** The topics that `migrate` creates. Kafka is the log of record, so nothing expires unless the operator says so. */
export const topicPlans: readonly TopicPlan[] = [
  { topic: topics.callEvents, partitions: null, config: forever },
  { topic: topics.recordingUploads, partitions: null, config: forever },
  { topic: topics.notifications, partitions: null, config: forever },
  { topic: topics.agentEvents, partitions: null, config: forever },
  { topic: topics.switchEvents, partitions: 1, config: forever },
  { topic: topics.directoryEvents, partitions: 1, config: forever },
  { topic: topics.deadLetters, partitions: 1, config: forever },
  { topic: topics.quarantineActions, partitions: 1, config: forever },
];

/** Kafka key of an event about a call. */
export const callEventKey = (tenantId: string, callKey: string): string => `${tenantId}:${callKey}`;

export type TopicConfig = {
  /** -1: for ever. */
  retentionMs: number;
  /** Of each partition; -1: without bound. */
  retentionBytes: number;
  segmentBytes: number;
  maxMessageBytes: number;
};

export const DEFAULT_TOPIC_CONFIG: TopicConfig = {
  retentionMs: 7 * 24 * 3600 * 1000,
  retentionBytes: -1,
  segmentBytes: 128 * 1024 * 1024,
  maxMessageBytes: 1_048_588,
};

/** The entries as their names on the wire, with the values they may have. */
const NUMBERS = new Map<string, { field: keyof TopicConfig; min: number; max: number }>([
  ['retention.ms', { field: 'retentionMs', min: -1, max: Number.MAX_SAFE_INTEGER }],
  ['retention.bytes', { field: 'retentionBytes', min: -1, max: Number.MAX_SAFE_INTEGER }],
  // A position within a segment is kept in 32 bits, and a group of batches may overshoot the limit.
  ['segment.bytes', { field: 'segmentBytes', min: 16 * 1024, max: 2 ** 31 - 1 }],
  ['max.message.bytes', { field: 'maxMessageBytes', min: 1024, max: 16 * 1024 * 1024 }],
]);

/** Entries that mean what this broker does anyway. */
const CONSTANTS = new Map([
  ['cleanup.policy', 'delete'],
  ['compression.type', 'producer'],
  ['message.timestamp.type', 'CreateTime'],
  ['min.insync.replicas', '1'],
]);

export type ParsedConfig = { config: TopicConfig } | { problem: string };

/** Reads the entries of a CreateTopics request over the defaults; `problem` is a sentence for the client. */
export function parseTopicConfig(entries: readonly { name: string; value: string | null }[]): ParsedConfig {
  const config = { ...DEFAULT_TOPIC_CONFIG };
  for (const { name, value } of entries) {
    const number = NUMBERS.get(name);
    const constant = CONSTANTS.get(name);
    if (value === null) return { problem: `${name} has no value` };
    if (number !== undefined) {
      if (!/^-?\d{1,19}$/.test(value)) return { problem: `${name} must be a whole number, not "${value}"` };
      const parsed = Math.min(Number(value), Number.MAX_SAFE_INTEGER); // clients write "for ever" as 2^63 - 1
      if (parsed < number.min || parsed > number.max) {
        return { problem: `${name} must be from ${number.min} to ${number.max}, not ${value}` };
      }
      config[number.field] = parsed;
    } else if (constant === undefined) {
      return { problem: `${name} is not supported by the embedded broker` };
    } else if (value !== constant) {
      return { problem: `${name} can only be "${constant}" on the embedded broker, not "${value}"` };
    }
  }
  return { config };
}

/** All entries of a topic as DescribeConfigs shows them. */
export function describeTopicConfig(config: TopicConfig): { name: string; value: string; isDefault: boolean }[] {
  const numbers = [...NUMBERS].map(([name, { field }]) => ({
    name,
    value: String(config[field]),
    isDefault: config[field] === DEFAULT_TOPIC_CONFIG[field],
  }));
  const constants = [...CONSTANTS].map(([name, value]) => ({ name, value, isDefault: true }));
  return [...numbers, ...constants];
}

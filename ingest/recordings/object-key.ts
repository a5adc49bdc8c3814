import { hash } from 'node:crypto';

/**
 * Where the audio of a recording lies. Made of tenant and recording id alone: whatever else an upload says, a second one
 * under the same id meets the first. Ids of dots only are no path segments thanks to the ending, and the hash spreads
 * the keys over the store's partitions.
 */
export const recordingKey = (tenantId: string, recordingId: string): string =>
  `tenants/${tenantId}/recordings/${hash('sha256', recordingId, 'hex').slice(0, 4)}/${recordingId}.audio`;

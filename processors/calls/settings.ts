import { setting } from '../../runtime/config.ts';
import { clickhouseSettings, kafkaSettings, processSettings } from '../../runtime/settings.ts';
import { callsGroupSettings } from '../calls-group.ts';

export const settings = {
  ...processSettings,
  ...kafkaSettings,
  ...clickhouseSettings,
  ...callsGroupSettings,
  callsConcurrency: setting.integer({
    env: 'TRUNKLINE_CALLS_CONCURRENCY',
    doc: 'Partitions whose batches are taken together',
    default: 8,
    min: 1,
    max: 64,
  }),
  callsBatchBytes: setting.integer({
    env: 'TRUNKLINE_CALLS_BATCH_BYTES',
    doc: 'Bytes fetched of each partition at a time',
    default: 512 * 1024,
    min: 16 * 1024,
    max: 16 * 1024 * 1024,
  }),
  callsCacheEvents: setting.integer({
    env: 'TRUNKLINE_CALLS_CACHE_EVENTS',
    doc: 'Events of calls in progress kept in memory; 0 reads every call anew, and is needed where producers do not keep a call in one partition',
    default: 40_000,
    min: 0,
    max: 10_000_000,
  }),
  callsCacheCalls: setting.integer({
    env: 'TRUNKLINE_CALLS_CACHE_CALLS',
    doc: 'Calls in progress kept in memory',
    default: 20_000,
    min: 1,
    max: 10_000_000,
  }),
};

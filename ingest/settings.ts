import { setting } from '../runtime/config.ts';
import { kafkaSettings, processSettings, s3Settings } from '../runtime/settings.ts';

const mebibyte = 1024 * 1024;

export const settings = {
  ...processSettings,
  httpPort: setting.integer({
    env: 'TRUNKLINE_HTTP_PORT',
    doc: 'Port to listen on; 0 takes a free one',
    default: 8081,
    min: 0,
    max: 65_535,
  }),
  ...kafkaSettings,
  ...s3Settings,
  publishTimeoutMs: setting.integer({
    env: 'TRUNKLINE_INGEST_PUBLISH_TIMEOUT_MS',
    doc: 'How long Kafka may take to acknowledge before events are kept on disk',
    default: 5000,
    min: 100,
    max: 60_000,
  }),
  maxBodyBytes: setting.integer({
    env: 'TRUNKLINE_INGEST_MAX_BODY_BYTES',
    doc: 'Bytes of event bodies in memory at once, over all requests; more is answered 503',
    default: 64 * mebibyte,
    min: 10 * mebibyte,
    max: 4096 * mebibyte,
  }),
};

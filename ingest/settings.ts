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
    // Longer than the election of a leader mostly takes; what is spooled is as safe, only later.
    default: 2000,
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
  maxUploads: setting.integer({
    env: 'TRUNKLINE_INGEST_MAX_UPLOADS',
    doc: 'Recordings uploaded at once; more is answered 503',
    default: 16,
    min: 1,
    max: 1000,
  }),
  maxUploadBytes: setting.integer({
    env: 'TRUNKLINE_INGEST_MAX_UPLOAD_BYTES',
    doc: 'Largest recording',
    default: 2048 * mebibyte,
    min: 1,
    // A single PUT of S3 takes no more.
    max: 5 * 1024 * mebibyte,
  }),
  idleTimeoutMs: setting.integer({
    env: 'TRUNKLINE_INGEST_IDLE_TIMEOUT_MS',
    doc: 'How long an upload may send nothing',
    default: 30_000,
    min: 1000,
    max: 600_000,
  }),
  requestTimeoutMs: setting.integer({
    env: 'TRUNKLINE_INGEST_REQUEST_TIMEOUT_MS',
    doc: 'How long a whole request may take to come, uploads included',
    default: 3_600_000,
    min: 1000,
    max: 86_400_000,
  }),
  spoolDir: setting.string({
    env: 'TRUNKLINE_SPOOL_DIR',
    doc: 'Where events are kept while Kafka is away; each ingest needs its own',
    default: 'data/spool',
  }),
  spoolMaxBytes: setting.integer({
    env: 'TRUNKLINE_SPOOL_MAX_BYTES',
    doc: 'How much is kept while Kafka is away; ingest answers more with 503, a source stops reading',
    default: 1024 * mebibyte,
    min: mebibyte,
  }),
};

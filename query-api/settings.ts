import { setting } from '../runtime/config.ts';
import { clickhouseSettings, kafkaSettings, processSettings, s3Settings } from '../runtime/settings.ts';

const sevenDays = 7 * 24 * 3600;

export const settings = {
  ...processSettings,
  httpPort: setting.integer({
    env: 'TRUNKLINE_HTTP_PORT',
    doc: 'Port to listen on; 0 takes a free one',
    default: 8080,
    min: 0,
    max: 65_535,
  }),
  ...kafkaSettings,
  ...clickhouseSettings,
  ...s3Settings,
  downloadUrlSeconds: setting.integer({
    env: 'TRUNKLINE_DOWNLOAD_URL_SECONDS',
    doc: 'How long a download URL of a recording can be used',
    default: 300,
    min: 1,
    max: sevenDays,
  }),
  requestTimeoutMs: setting.integer({
    env: 'TRUNKLINE_REQUEST_TIMEOUT_MS',
    doc: 'How long a request may take, its queries included',
    default: 15_000,
    min: 100,
    max: 300_000,
  }),
  maxRequests: setting.integer({
    env: 'TRUNKLINE_MAX_REQUESTS',
    doc: 'Requests served at once; more are answered 503',
    default: 64,
    min: 1,
    max: 10_000,
  }),
  maxDownloads: setting.integer({
    env: 'TRUNKLINE_MAX_DOWNLOADS',
    doc: 'Recordings streamed through the API at once; more are answered 503',
    default: 64,
    min: 1,
    max: 10_000,
  }),
  cursorSecret: setting.secret({
    env: 'TRUNKLINE_CURSOR_SECRET',
    doc: 'Signs page cursors; unset: derived from the S3 or the ClickHouse secret',
    optional: true,
  }),
};

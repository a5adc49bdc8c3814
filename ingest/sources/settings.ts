import { setting } from '../../runtime/config.ts';
import { kafkaSettings, processSettings } from '../../runtime/settings.ts';
import { settings as ingestSettings } from '../settings.ts';

/** What every source of events is set up with. */
export const sourceSettings = {
  ...processSettings,
  ...kafkaSettings,
  apiKey: setting.secret({
    env: 'TRUNKLINE_SOURCE_API_KEY',
    doc: 'API key with the scope events:write; the tenant of the events is the key’s',
  }),
  switchName: setting.string({
    env: 'TRUNKLINE_SOURCE_SWITCH',
    doc: 'Name of the switch; unset: as the switch calls itself, else the switch of the key',
    optional: true,
  }),
  stateDir: setting.string({
    env: 'TRUNKLINE_SOURCE_STATE_DIR',
    doc: 'Folder of the source’s position, and of events while Kafka is away; each source needs its own',
  }),
  publishTimeoutMs: ingestSettings.publishTimeoutMs,
  spoolMaxBytes: ingestSettings.spoolMaxBytes,
};

export const channelsIntervalMs = setting.integer({
  env: 'TRUNKLINE_SOURCE_CHANNELS_INTERVAL_MS',
  doc: 'How often the switch is asked which channels live',
  default: 180_000,
  min: 1000,
  max: 3_600_000,
});

import { setting } from '../../../runtime/config.ts';
import { sourceSettings } from '../settings.ts';

export const settings = {
  ...sourceSettings,
  path: setting.string({
    env: 'TRUNKLINE_QUEUE_LOG_PATH',
    doc: 'Where Asterisk writes queue_log',
    default: '/var/log/asterisk/queue_log',
  }),
};

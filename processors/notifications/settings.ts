import { setting } from '../../runtime/config.ts';
import { clickhouseSettings, kafkaSettings, processSettings } from '../../runtime/settings.ts';
import { callsGroupSettings } from '../calls-group.ts';

export const settings = {
  ...processSettings,
  ...kafkaSettings,
  ...clickhouseSettings,
  ...callsGroupSettings,
  notificationsGroup: setting.string({
    env: 'TRUNKLINE_NOTIFICATIONS_GROUP',
    doc: 'Consumer group of the notifications processor',
    default: 'trunkline-notifications',
  }),
};

import { setting } from '../../runtime/config.ts';
import { clickhouseSettings, kafkaSettings, processSettings } from '../../runtime/settings.ts';
import { callsGroupSettings } from '../calls-group.ts';

export const settings = {
  ...processSettings,
  ...kafkaSettings,
  ...clickhouseSettings,
  ...callsGroupSettings,
  closingGroup: setting.string({
    env: 'TRUNKLINE_CLOSING_GROUP',
    doc: 'Consumer group of the closing processor',
    default: 'trunkline-closing',
  }),
};

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
  closingSweepSeconds: setting.integer({
    env: 'TRUNKLINE_CLOSING_SWEEP_SECONDS',
    doc: 'How often the calls in progress are looked at',
    default: 10,
    min: 1,
    max: 3600,
  }),
  closingSilenceSeconds: setting.integer({
    env: 'TRUNKLINE_CLOSING_SILENCE_SECONDS',
    doc: 'How long neither a call nor its switch must be heard for the call to count as ended',
    default: 900,
    min: 60,
    max: 604_800,
  }),
  closingSilenceWithoutHeartbeatSeconds: setting.integer({
    env: 'TRUNKLINE_CLOSING_SILENCE_WITHOUT_HEARTBEAT_SECONDS',
    doc: 'The same where the switch never sends `switch.heartbeat` or `switch.channels`, so that its silence may only mean that nothing happens',
    default: 14_400,
    min: 60,
    max: 604_800,
  }),
  closingAnchorGraceSeconds: setting.integer({
    env: 'TRUNKLINE_CLOSING_ANCHOR_GRACE_SECONDS',
    doc: 'How long events wait for their call’s root before the earliest of them begins the call',
    default: 600,
    min: 1,
    max: 604_800,
  }),
};

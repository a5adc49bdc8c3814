import { setting } from '../runtime/config.ts';

/** The calls processor's own group; others look at how far it has come before they trust its tables. */
export const callsGroupSettings = {
  callsGroup: setting.string({
    env: 'TRUNKLINE_CALLS_GROUP',
    doc: 'Consumer group of the calls processor',
    default: 'trunkline-calls',
  }),
};

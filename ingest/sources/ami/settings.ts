import { setting } from '../../../runtime/config.ts';
import { channelsIntervalMs, sourceSettings } from '../settings.ts';

export const settings = {
  ...sourceSettings,
  address: setting.address({
    env: 'TRUNKLINE_AMI_ADDRESS',
    doc: 'Where Asterisk’s manager listens',
    default: '127.0.0.1:5038',
  }),
  user: setting.string({ env: 'TRUNKLINE_AMI_USER', doc: 'User of the manager', default: 'trunkline' }),
  secret: setting.secret({ env: 'TRUNKLINE_AMI_SECRET', doc: 'Secret of the manager’s user' }),
  auth: setting.choice({
    env: 'TRUNKLINE_AMI_AUTH',
    doc: 'How to log in to the manager; with md5 the secret itself is not sent',
    of: ['md5', 'plain'],
    default: 'md5',
  }),
  channelsIntervalMs,
};

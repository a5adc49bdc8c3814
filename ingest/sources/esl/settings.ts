import { setting } from '../../../runtime/config.ts';
import { channelsIntervalMs, sourceSettings } from '../settings.ts';

export const settings = {
  ...sourceSettings,
  address: setting.address({
    env: 'TRUNKLINE_ESL_ADDRESS',
    doc: 'Where FreeSWITCH’s event socket listens',
    default: '127.0.0.1:8021',
  }),
  user: setting.string({
    env: 'TRUNKLINE_ESL_USER',
    doc: 'User of FreeSWITCH’s directory to log in as, user@domain; unset: the socket’s own password',
    optional: true,
  }),
  password: setting.secret({ env: 'TRUNKLINE_ESL_PASSWORD', doc: 'Password of the event socket, or of the user' }),
  channelsIntervalMs,
};

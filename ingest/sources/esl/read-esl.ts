import { createClockOffset } from '../clock-offset.ts';
import { addressOf } from '../keep-connected.ts';
import type { Position } from '../position.ts';
import { readSwitch } from '../read-switch.ts';
import type { Reader, SourceParts } from '../run-source.ts';
import { createConversation, type EslConversation } from './conversation.ts';
import type { settings } from './settings.ts';

/** FreeSWITCH sends a HEARTBEAT every 20 s, unless told otherwise (event-heartbeat-interval). */
const silentAfterMs = 70_000;

/** Reads a FreeSWITCH's event socket until the signal aborts. */
export const readEsl = ({ config, ...parts }: SourceParts<typeof settings, Position | null>): Reader => {
  const clock = createClockOffset();
  const login = { user: config.user, password: config.password.reveal() };
  return readSwitch<EslConversation>({
    ...parts,
    address: addressOf(config.address),
    begin: (beginning) => createConversation({ ...beginning, login, clock, logger: parts.logger }),
    routines: [{ everyMs: config.channelsIntervalMs, say: (talk, nowUs) => talk.askChannels(nowUs) }],
    silentAfterMs,
  });
};

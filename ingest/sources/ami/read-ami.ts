import { createClockOffset } from '../clock-offset.ts';
import { addressOf } from '../keep-connected.ts';
import type { Position } from '../position.ts';
import { readSwitch } from '../read-switch.ts';
import type { Reader, SourceParts } from '../run-source.ts';
import { type AmiConversation, createConversation } from './conversation.ts';
import { pingAction } from './protocol.ts';
import type { settings } from './settings.ts';

/** An Asterisk without calls says nothing of itself. */
const pingEveryMs = 15_000;
const silentAfterMs = 50_000;

/** Reads an Asterisk's manager until the signal aborts. */
export const readAmi = ({ config, ...parts }: SourceParts<typeof settings, Position | null>): Reader => {
  const clock = createClockOffset();
  const { user, auth } = config;
  const login = { user, auth, secret: config.secret.reveal() };
  return readSwitch<AmiConversation>({
    ...parts,
    address: addressOf(config.address),
    begin: (beginning) => createConversation({ ...beginning, login, clock, logger: parts.logger }),
    routines: [
      { everyMs: pingEveryMs, say: () => pingAction },
      { everyMs: config.channelsIntervalMs, say: (talk, nowUs) => talk.askChannels(nowUs) },
    ],
    silentAfterMs,
  });
};

import { dialects } from '../../dialects.ts';
import { runSource } from '../run-source.ts';
import type { Position } from '../position.ts';
import { readEsl } from './read-esl.ts';
import { settings } from './settings.ts';

/** Reads a FreeSWITCH's event socket until SIGTERM. */
export const runEslSource = async (): Promise<void> =>
  runSource<typeof settings, Position | null>({
    name: 'esl',
    settings,
    dialect: dialects.freeswitchEvents,
    read: readEsl,
  });

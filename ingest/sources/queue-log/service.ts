import { dialects } from '../../dialects.ts';
import { runSource } from '../run-source.ts';
import type { FileMark } from './mark.ts';
import { readQueueLog } from './read-queue-log.ts';
import { settings } from './settings.ts';

/** Follows an Asterisk's queue_log until SIGTERM. */
export const runQueueLogSource = async (): Promise<void> =>
  runSource<typeof settings, FileMark | null>({
    name: 'queue-log',
    settings,
    dialect: dialects.asteriskQueueLog,
    read: readQueueLog,
  });

import { dialects } from '../../dialects.ts';
import type { Position } from '../position.ts';
import { runSource } from '../run-source.ts';
import { readAmi } from './read-ami.ts';
import { settings } from './settings.ts';

/** Reads an Asterisk's manager until SIGTERM. */
export const runAmiSource = async (): Promise<void> =>
  runSource<typeof settings, Position | null>({ name: 'ami', settings, dialect: dialects.asteriskAmi, read: readAmi });

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { CommandError } from '../cli/command-error.ts';

/** What the API takes a text for: JSON as its value, else the text itself. */
export const correctionOf = (text: string): unknown => {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' ? value : text;
  } catch {
    return text;
  }
};

/** The text as somebody leaves it in their editor; null where they left it as it was. */
export const edited = (id: string, text: string): string | null => {
  const editor = process.env['VISUAL'] || process.env['EDITOR'];
  if (editor === undefined || editor === '')
    throw new CommandError('there is no editor: set EDITOR, or give the corrected record with --file', 2);
  // For this user only: records hold numbers of people.
  const folder = mkdtempSync(join(tmpdir(), 'trunkline-fix-'));
  const file = join(folder, `${id}.json`);
  try {
    writeFileSync(file, text, { mode: 0o600 });
    // By a shell, because EDITOR may hold options; the file is no part of the command's text.
    const { status, error } = spawnSync('/bin/sh', ['-c', `${editor} "$1"`, 'sh', file], { stdio: 'inherit' });
    if (error !== undefined || status !== 0) throw new CommandError(`the editor ended without success: ${editor}`);
    const left = readFileSync(file, 'utf8');
    return left === text ? null : left;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

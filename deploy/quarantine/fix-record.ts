import { readFileSync } from 'node:fs';
import { CommandError } from '../cli/command-error.ts';
import type { Output } from '../cli/output.ts';
import { correctionOf, edited } from './correction.ts';
import type { QuarantineClient, RecordDetail } from './quarantine-client.ts';
import { readable } from './record-lines.ts';
import { exitCodes, waitForAll } from './redrive-all.ts';

export type FixOptions = {
  readonly id: string;
  /** Where the corrected record is; without it an editor opens. */
  readonly file: string | undefined;
  readonly switchName: string | undefined;
  readonly wait: boolean;
  readonly timeoutMs: number;
};

/** Has a record taken again as corrected; resolves to the exit code. */
export const fixRecord = async (client: QuarantineClient, options: FixOptions, output: Output): Promise<number> => {
  const { id, file, switchName, wait, timeoutMs } = options;
  const text = file === undefined ? editedRecord(await client.show(id)) : textOf(file);
  if (text === null) {
    output.print('nothing was changed, so nothing is done');
    return exitCodes.done;
  }
  const begun = await client.redrive(id, {
    record: correctionOf(text),
    ...(switchName !== undefined && { switch: switchName }),
  });
  if (wait) return waitForAll(client, [begun], timeoutMs, output);
  output.print(`${id} is being taken again`);
  return exitCodes.done;
};

const textOf = (file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new CommandError(`cannot read ${file}: ${(error as Error).message}`);
  }
};

const editedRecord = ({ id, status, record, redrive }: RecordDetail): string | null => {
  if (status === 'redriven') throw new CommandError(`${id} is redriven already`);
  if (redrive.corrected_in === null)
    throw new CommandError(`${id} takes no correction: ${redrive.why ?? 'redrive it'}`);
  if (record === null) throw new CommandError(`${id} is no text: give the corrected record with --file`);
  return edited(id, `${readable(record)}\n`);
};

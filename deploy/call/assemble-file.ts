import { readFileSync } from 'node:fs';
import { CommandError } from '../cli/command-error.ts';
import { assembleEvents } from './assemble-events.ts';
import { type CallJson, callJson, expectedCall } from './call-json.ts';
import { type Difference, differences } from './json-difference.ts';
import { readEventFile } from './read-events.ts';

export type AssembleOptions = {
  readonly file: string;
  /** The call's id, where its events do not tell when it began. */
  readonly id: string | undefined;
  /** File with the call as the API gave it. */
  readonly expect: string | undefined;
};

export const exitCodes = { same: 0, different: 1 } as const;

/** Assembles a call from a file of its events and prints it, or how it differs from what is expected. */
export const assembleFile = async (
  { file, id, expect }: AssembleOptions,
  print: (text: string) => void,
): Promise<number> => {
  const call = callJson(await assembleEvents(await readEventFile(file), id));
  if (expect === undefined) {
    print(JSON.stringify(call, null, 2));
    return exitCodes.same;
  }
  const found = differences(readExpected(expect), call);
  if (found.length === 0) {
    print(`the same: ${String(call['id'])}, version ${String(call['version'])}`);
    return exitCodes.same;
  }
  print(`--- ${expect}\n+++ assembled from ${file}\n${found.flatMap(linesOf).join('\n')}`);
  return exitCodes.different;
};

const linesOf = ({ path, expected, actual }: Difference): string[] => [
  ...(expected === undefined ? [] : [`- ${path}: ${JSON.stringify(expected)}`]),
  ...(actual === undefined ? [] : [`+ ${path}: ${JSON.stringify(actual)}`]),
];

const readExpected = (file: string): CallJson => {
  try {
    const call = expectedCall(JSON.parse(readFileSync(file, 'utf8')) as unknown);
    if (call !== null) return call;
  } catch (error) {
    throw new CommandError(`cannot read ${file}: ${(error as Error).message}`);
  }
  throw new CommandError(`${file} is no call: save what GET /v1/calls/{id} answers`);
};

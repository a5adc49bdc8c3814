import type { Output } from '../cli/output.ts';
import { readCapture } from './capture.ts';
import { createApiClient } from './api-client.ts';
import { type Dialect, dialects, type DialectName } from './dialects.ts';
import { expectCalls, type ExpectedCalls } from './expected-calls.ts';
import { createIngestClient, type IngestClient, type RejectedRecord } from './ingest-client.ts';
import { acceptedLine, callLines, missingLines, progressLine, rejectedLine } from './report.ts';
import { type Waited, waitForCalls } from './wait-for-calls.ts';

export type FeedOptions = {
  dialect: DialectName;
  files: readonly string[];
  ingest: string;
  api: string;
  key: string;
  /** Names the switch where records do not. */
  switchName: string | undefined;
  wait: boolean;
  timeoutMs: number;
};

export const exitCodes = { done: 0, rejected: 1, timedOut: 3 } as const;

export type Fed = { accepted: number; ignored: number; rejected: number; expected: ExpectedCalls };

/** Pushes captures through ingest and waits until the API shows their calls; resolves to the exit code. */
export const feed = async (options: FeedOptions, output: Output): Promise<number> => {
  const dialect = dialects[options.dialect];
  const client = createIngestClient({
    url: options.ingest,
    key: options.key,
    patienceMs: options.timeoutMs,
    onRetry: (reason) => output.progress(`${reason}; trying again`),
  });
  const fed: Fed = { accepted: 0, ignored: 0, rejected: 0, expected: new Map() };
  for (const file of options.files) await feedFile({ options, dialect, client, output, fed }, file);
  output.print(acceptedLine(fed));
  const waited = options.wait ? await wait(options, fed.expected, output) : null;
  if (waited !== null && waited.missing.size > 0) return exitCodes.timedOut;
  return fed.rejected > 0 ? exitCodes.rejected : exitCodes.done;
};

type Feeding = { options: FeedOptions; dialect: Dialect; client: IngestClient; output: Output; fed: Fed };

const feedFile = async ({ options, dialect, client, output, fed }: Feeding, file: string): Promise<void> => {
  for await (const { body, firstIndex, records, progress } of readCapture(file, dialect)) {
    const answer = await client.send(dialect.path, body, options.switchName);
    fed.accepted += answer.accepted;
    fed.ignored += answer.ignored;
    fed.rejected += answer.rejected.length;
    for (const rejected of answer.rejected) output.print(rejectedLine(file, firstIndex, rejected));
    if (options.wait) expectCalls(fed.expected, dialect, acceptedOnes(records, answer.rejected), options.switchName);
    output.progress(progressLine(file, progress));
  }
};

const acceptedOnes = (records: readonly unknown[], rejected: readonly RejectedRecord[]): readonly unknown[] => {
  const refused = new Set(rejected.map(({ index }) => index));
  return records.filter((_, index) => !refused.has(index));
};

const wait = async (options: FeedOptions, expected: ExpectedCalls, output: Output): Promise<Waited> => {
  const waited = await waitForCalls(createApiClient(options.api, options.key), expected, {
    timeoutMs: options.timeoutMs,
    onProgress: (done, all) => output.progress(`${done} of ${all} calls are there`),
  });
  for (const line of [...callLines([...waited.shown.values()]), ...missingLines(waited, options.timeoutMs)])
    output.print(line);
  return waited;
};

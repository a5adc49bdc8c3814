import type { Readable } from './log-files.ts';
import { type FileMark, headHash, maxHeadBytes } from './mark.ts';

/** Takes whole lines in their order, or none; reading goes on at `mark` behind them. Awaited before more is read. */
export type Take = (lines: Buffer, mark: FileMark) => Promise<void>;

/** No line of a log is that long: what is, is taken in pieces. */
const maxLineBytes = 64 * 1024;
const newline = 0x0a;
const noBytes = Buffer.alloc(0);

export type Consumption = {
  readonly file: Readable;
  readonly from: FileMark;
  /** Files that were last written to before this have been read by then. */
  readonly readAtMs: number;
  /** Whether nothing more will be written, so that a last line without an end is a line. */
  readonly isFinal: boolean;
};

/** Reads from a mark on to where the file ends now. Gives the mark behind the last line. */
export const consume = async ({ file, from, readAtMs, isFinal }: Consumption, take: Take): Promise<FileMark> => {
  let mark = from;
  let rest: Buffer = noBytes;
  const give = async (lines: Buffer): Promise<void> => {
    const next = await markBehind(lines, mark, file, readAtMs);
    await take(lines, next);
    mark = next;
  };
  for await (const chunk of file.bytes(from.offset)) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const whole = bytes.lastIndexOf(newline) + 1;
    const end = whole === 0 && bytes.length > maxLineBytes ? bytes.length : whole;
    if (end > 0) await give(bytes.subarray(0, end));
    rest = bytes.subarray(end);
  }
  if (isFinal && rest.length > 0) await give(rest);
  return mark;
};

const markBehind = async (lines: Buffer, before: FileMark, file: Readable, readAtMs: number): Promise<FileMark> => {
  const offset = before.offset + lines.length;
  const mark = { ...before, offset, readAtMs, lineAtUs: timeOfLast(lines) ?? before.lineAtUs };
  if (before.headBytes === maxHeadBytes) return mark;
  const head = await file.head(Math.min(offset, maxHeadBytes));
  return { ...mark, headBytes: head.length, headSha256: headHash(head) };
};

/** The time that the last of some lines begins with, µs. */
const timeOfLast = (lines: Buffer): number | null => {
  const start = lines.lastIndexOf(newline, -2) + 1;
  const [, seconds] = /^(\d{9,11})(?:\.\d*)?\|/.exec(lines.toString('latin1', start, start + 32)) ?? [];
  return seconds === undefined ? null : Number(seconds) * 1_000_000;
};

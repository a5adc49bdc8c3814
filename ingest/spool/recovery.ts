import { open, stat } from 'node:fs/promises';
import { decodeFrames } from './frames.ts';
import { removeSegment, type Segment, segmentNumbers, segmentPath } from './segment-files.ts';

/** The segments that are there; of the newest, which was being written when the process ended, only what is whole. */
export const recoverSegments = async (folder: string): Promise<Segment[]> => {
  const numbers = await segmentNumbers(folder);
  const segments: Segment[] = [];
  for (const number of numbers) {
    const path = segmentPath(folder, number);
    const bytes = number === numbers.at(-1) ? await cutTornEnd(path) : (await stat(path)).size;
    if (bytes === 0) await removeSegment(folder, number);
    else segments.push({ number, bytes });
  }
  return segments;
};

/** Nobody was told that a torn end is kept: the answer comes after the fsync. */
const cutTornEnd = async (path: string): Promise<number> => {
  const file = await open(path, 'r+');
  try {
    const { length } = decodeFrames(await file.readFile());
    await file.truncate(length);
    await file.datasync();
    return length;
  } finally {
    await file.close();
  }
};

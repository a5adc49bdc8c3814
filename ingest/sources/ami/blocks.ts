import { ConnectionEnded } from '../keep-connected.ts';

/** A block of `Key: Value` lines, as the manager sends them; `text` with one character a byte. */
export type AmiBlock = { readonly text: string; readonly raw: Buffer };

export type BlockSplitter = {
  readonly isGreeted: () => boolean;
  /** What the chunk completes: the greeting first, then blocks. Throws `ConnectionEnded` for what is no manager. */
  readonly push: (chunk: Buffer) => AmiBlock[];
};

const maxBlockBytes = 1024 * 1024;
const maxGreetingBytes = 200;
const noBytes: Buffer = Buffer.alloc(0);

/** Cuts what a manager's socket gives, in chunks of any size, into its greeting (a line) and blocks. */
export const createBlockSplitter = (): BlockSplitter => {
  let rest = noBytes;
  let isGreeted = false;

  const takeGreeting = (): void => {
    const newline = rest.indexOf('\n');
    const line = rest.toString('latin1', 0, newline === -1 ? rest.length : newline);
    if (!greeting.startsWith(line.slice(0, greeting.length)) || (newline === -1 && rest.length > maxGreetingBytes))
      throw new ConnectionEnded(`no manager of Asterisk listens there; it says ${JSON.stringify(line.slice(0, 60))}`);
    if (newline === -1) return;
    isGreeted = true;
    rest = rest.subarray(newline + 1);
  };

  const nextBlock = (): AmiBlock | null => {
    const start = rest.findIndex((byte) => byte !== 0x0a && byte !== 0x0d);
    if (start === -1) return null;
    const end = rest.indexOf(blockEnd, start);
    if (end > start + maxBlockBytes || (end === -1 && rest.length - start > maxBlockBytes))
      throw new ConnectionEnded(`a block is longer than ${maxBlockBytes} bytes`);
    if (end === -1) return null;
    const raw = rest.subarray(start, end);
    rest = rest.subarray(end + blockEnd.length);
    return { text: raw.toString('latin1'), raw };
  };

  return {
    isGreeted: () => isGreeted,
    push: (chunk) => {
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      if (!isGreeted) takeGreeting();
      const blocks: AmiBlock[] = [];
      for (let block = isGreeted ? nextBlock() : null; block !== null; block = nextBlock()) blocks.push(block);
      return blocks;
    },
  };
};

const greeting = 'Asterisk Call Manager';
const blockEnd = '\r\n\r\n';

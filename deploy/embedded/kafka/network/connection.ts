import type { Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Part } from '../protocol/writer.ts';
import { releaseParts, sendAnswer } from './answer-sender.ts';
import { FrameSplitter } from './frame-splitter.ts';
import type { RequestMemory, Share } from './request-memory.ts';

export type Client = {
  /** The address at which the client reached the broker, which is the one it is told to come back to. */
  readonly brokerHost: string;
  readonly brokerPort: number;
  readonly host: string;
  /** Aborts when the client is gone or the broker stops. */
  readonly gone: AbortSignal;
};

/** Serves one request; null when it must not be answered. Throws when the connection cannot go on. */
export type Dispatch = (frame: Buffer, client: Client) => Promise<Part[] | null>;

export type ConnectionOptions = {
  dispatch: Dispatch;
  /** Whether requests of this kind may start before others of the kind, ahead of them, are answered. */
  mayOverlap: (frame: Buffer) => boolean;
  memory: RequestMemory;
  maxFrameBytes: number;
  patience: Patience;
  log: Logger;
};

/** How long a client may keep the broker waiting. */
export type Patience = {
  /** From a request's first byte to its last, and for each piece of an answer to be taken. */
  readonly requestMs: number;
  /** Without a request. */
  readonly idleMs: number;
};

/** How long started requests may take once the broker stops; a group that waits for its members would take longer. */
const STOP_TIMEOUT_MS = 1_000;
const MAX_UNANSWERED = 32;
const KEEP_ALIVE_MS = 30_000;
/** What has arrived of an unfinished request counts from here on. */
const LARGE_REQUEST_BYTES = 4 * 1024;

type Request = { frame: Buffer; release: () => void };

/** Reads requests off a socket and answers them in their order, until the client is gone. */
export class Connection {
  readonly #socket: Socket;
  readonly #options: ConnectionOptions;
  readonly #splitter: FrameSplitter;
  readonly #gone = new AbortController();
  readonly #client: Client;
  readonly #requests: Request[] = [];
  #hasAsked = false;
  #unanswered = 0;
  #isServing = false;
  /** When the client last got somewhere: began a request, completed one or took a piece of an answer. */
  #progressAtMs = performance.now();
  /** Of the request that is being received. */
  #share: Share | null = null;
  /** Settles when every request started so far is answered. */
  #answered: Promise<void> = Promise.resolve();

  constructor(socket: Socket, options: ConnectionOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#splitter = new FrameSplitter(options.maxFrameBytes);
    this.#client = {
      brokerHost: plainAddress(socket.localAddress),
      brokerPort: socket.localPort ?? 0,
      host: plainAddress(socket.remoteAddress),
      gone: this.#gone.signal,
    };
    socket.setNoDelay(true);
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    socket.on('data', (chunk) => this.#receive(chunk));
    socket.on('error', (error) => options.log.debug({ err: error }, 'socket error'));
    socket.on('close', () => this.#onClose());
  }

  /** Whether a whole request has come. */
  get hasAsked(): boolean {
    return this.#hasAsked;
  }

  /** Since when (of `performance.now()`) it waits for its client; null while the client waits for the broker. */
  get idleSinceMs(): number | null {
    if (this.#hasUntakenAnswer) return this.#progressAtMs;
    return this.#unanswered > 0 || this.#socket.isPaused() ? null : this.#progressAtMs;
  }

  closeIfOverdue(): void {
    const { requestMs, idleMs } = this.#options.patience;
    const waitedMs = performance.now() - this.#progressAtMs;
    const isHalfSent = this.#splitter.isInsideFrame && !this.#socket.isPaused();
    if (isHalfSent && waitedMs > requestMs) this.#fail(new Error(`a request was not complete after ${requestMs} ms`));
    else if (this.#hasUntakenAnswer && waitedMs > requestMs)
      this.#fail(new Error(`an answer was not taken in ${requestMs} ms`));
    else if (this.idleSinceMs !== null && waitedMs > idleMs) this.close('idle connection closed');
  }

  close(reason: string): void {
    this.#options.log.info({ client: this.#client.host }, reason);
    this.#socket.destroy();
  }

  /** Wakes what waits, lets started requests finish, then closes. */
  async stop(): Promise<void> {
    this.#gone.abort();
    this.#socket.pause();
    this.#dropRequests();
    await Promise.race([this.#answered, setTimeout(STOP_TIMEOUT_MS)]);
    this.#socket.destroySoon();
  }

  #dropRequests(): void {
    for (const { release } of this.#requests.splice(0)) release();
  }

  #receive(chunk: Buffer): void {
    try {
      const isBeginning = !this.#splitter.isInsideFrame;
      const frames = this.#splitter.push(chunk);
      // Not every byte counts: a request must be complete in time, not just go on.
      if (isBeginning || frames.length > 0) this.#noteProgress();
      for (const frame of frames) this.#enqueue(frame);
      this.#account(this.#splitter.unfinishedBytes);
      this.#adjustReading();
    } catch (error) {
      this.#fail(error);
    }
  }

  #enqueue(frame: Buffer): void {
    const share = this.#share;
    this.#share = null;
    share?.update(frame.length);
    share?.complete();
    this.#requests.push({ frame, release: () => share?.release() });
    this.#hasAsked = true;
    this.#unanswered += 1;
    if (!this.#isServing) void this.#serve();
  }

  #account(bytes: number): void {
    if (this.#share === null && bytes >= LARGE_REQUEST_BYTES) {
      this.#share = this.#options.memory.open(() => this.#adjustReading());
    }
    this.#share?.update(bytes);
  }

  #adjustReading(): void {
    const hasRoom = this.#share === null || this.#share.mayGrow();
    if (!hasRoom || this.#unanswered >= MAX_UNANSWERED || this.#gone.signal.aborted) {
      this.#socket.pause();
    } else if (this.#socket.isPaused()) {
      this.#socket.resume();
      this.#noteProgress(); // the pause was ours: the client's time begins anew
    }
  }

  async #serve(): Promise<void> {
    this.#isServing = true;
    let onlyOverlapping = false;
    for (let next = this.#requests.shift(); next !== undefined; next = this.#requests.shift()) {
      const request = next;
      const overlaps = this.#options.mayOverlap(request.frame);
      if (!overlaps || !onlyOverlapping) await this.#answered;
      onlyOverlapping = overlaps;
      const answer = this.#options.dispatch(request.frame, this.#client);
      answer.catch(() => undefined); // seen below, in its turn
      this.#answered = this.#answered.then(() => this.#deliver(answer, request));
    }
    this.#isServing = false;
  }

  async #deliver(answer: Promise<Part[] | null>, request: Request): Promise<void> {
    try {
      const parts = await answer;
      if (parts !== null) await this.#send(parts);
    } catch (error) {
      this.#fail(error);
    } finally {
      request.release();
      this.#unanswered -= 1;
      this.#adjustReading();
    }
  }

  async #send(parts: Part[]): Promise<void> {
    this.#noteProgress(); // the client waited until now
    try {
      if (this.#socket.writable) await sendAnswer(this.#socket, parts, () => this.#noteProgress());
    } finally {
      await releaseParts(parts);
    }
  }

  get #hasUntakenAnswer(): boolean {
    return this.#socket.writableLength > 0;
  }

  #noteProgress(): void {
    this.#progressAtMs = performance.now();
  }

  #fail(error: unknown): void {
    if (!this.#socket.destroyed)
      this.#options.log.warn({ err: error, client: this.#client.host }, 'connection dropped');
    this.#socket.destroy();
  }

  #onClose(): void {
    this.#gone.abort();
    this.#dropRequests();
    this.#share?.release();
  }
}

function plainAddress(address = ''): string {
  return address.replace(/^::ffff:/, '');
}

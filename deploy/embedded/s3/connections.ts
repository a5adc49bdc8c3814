import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Logger } from 'pino';
import { findIdlest, type Stay } from '../idlest.ts';

export type ConnectionLimits = {
  readonly maxConnections: number;
  /** How long a client may take to send, or to take, `pieceBytes` of a body. */
  readonly pieceMs: number;
  /** From an answer to the whole head of the next request. */
  readonly betweenRequestsMs: number;
};

const pieceBytes = 64 * 1024;
const checkIntervalMs = 1000;

/**
 * The clients that are connected. One that stalls a body is cut; when there is no room, a new one gets the place of one
 * that is idle, so that those who hold connections without using them keep nobody out.
 */
export class Connections {
  readonly #limits: ConnectionLimits;
  readonly #log: Logger;
  readonly #connections = new Map<Socket, Connection>();
  readonly #checks: NodeJS.Timeout;

  constructor(limits: ConnectionLimits, log: Logger) {
    this.#limits = limits;
    this.#log = log;
    this.#checks = setInterval(() => this.#cutStalled(), checkIntervalMs);
  }

  admit(socket: Socket): void {
    if (this.#connections.size >= this.#limits.maxConnections && !this.#makeRoom()) {
      this.#log.warn({ limit: this.#limits.maxConnections }, 'too many connections: a new one was refused');
      socket.destroy();
      return;
    }
    this.#connections.set(socket, new Connection(socket));
    socket.once('close', () => this.#connections.delete(socket));
  }

  /** To be called for each request whose head is complete. */
  begin(message: IncomingMessage, response: ServerResponse): void {
    this.#connections.get(message.socket)?.begin(message, response);
  }

  stop(): void {
    clearInterval(this.#checks);
  }

  #cutStalled(): void {
    const { pieceMs, betweenRequestsMs } = this.#limits;
    for (const [socket, connection] of this.#connections) {
      if (connection.isStalled(pieceMs)) {
        this.#log.warn(
          { client: socket.remoteAddress },
          `a body did not go on for ${pieceMs} ms: its connection is cut`,
        );
        socket.destroy();
      } else if (connection.isDone(betweenRequestsMs)) socket.destroy();
    }
  }

  /** False when all clients wait for an answer. */
  #makeRoom(): boolean {
    const idlest = findIdlest(this.#connections.values());
    if (idlest === undefined) return false;
    this.#connections.delete(idlest.socket); // it closes later
    this.#log.warn(
      { client: idlest.socket.remoteAddress },
      'too many connections: the one that was idle longest is closed',
    );
    idlest.socket.destroy();
    return true;
  }
}

class Connection implements Stay {
  readonly socket: Socket;
  hasAsked = false;
  #unanswered = 0;
  /** The latest request. */
  #message: IncomingMessage | undefined;
  /** When the client last asked, waited, had its answer, or sent or took a piece of a body; and at which byte. */
  #progress: { atMs: number; bytes: number };

  constructor(socket: Socket) {
    this.socket = socket;
    this.#progress = this.#now();
  }

  begin(message: IncomingMessage, response: ServerResponse): void {
    this.hasAsked = true;
    this.#message = message;
    this.#unanswered += 1;
    this.#progress = this.#now();
    response.once('close', () => {
      this.#unanswered -= 1;
      this.#progress = this.#now();
    });
  }

  get idleSinceMs(): number | null {
    this.#noteProgress();
    return this.#isWaiting ? null : this.#progress.atMs;
  }

  isStalled(pieceMs: number): boolean {
    return this.#unanswered > 0 && this.#hasIdled(pieceMs);
  }

  /** Node looks after the head of a connection's first request, and not at all at empty lines before the next. */
  isDone(betweenRequestsMs: number): boolean {
    return this.#unanswered === 0 && this.hasAsked && this.#hasIdled(betweenRequestsMs);
  }

  #hasIdled(limitMs: number): boolean {
    const sinceMs = this.idleSinceMs;
    return sinceMs !== null && performance.now() - sinceMs > limitMs;
  }

  /** Whether the client waits for the server. */
  get #isWaiting(): boolean {
    return this.#unanswered > 0 && !this.#isKeptWaiting;
  }

  /** Whether an answer is not taken, or a body not sent (what of it has come, but was not read yet, is the server's turn). */
  get #isKeptWaiting(): boolean {
    if (this.socket.writableLength > 0) return true;
    return this.#message !== undefined && !this.#message.complete && this.#message.readableLength === 0;
  }

  /** Not every byte counts, or a body might go on for ever. */
  #noteProgress(): void {
    const now = this.#now();
    const hasPiece = this.#unanswered > 0 && now.bytes - this.#progress.bytes >= pieceBytes;
    if (this.#isWaiting || hasPiece) this.#progress = now;
  }

  #now(): { atMs: number; bytes: number } {
    return { atMs: performance.now(), bytes: this.socket.bytesRead + this.socket.bytesWritten };
  }
}

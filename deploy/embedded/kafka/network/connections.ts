import type { Socket } from 'node:net';
import { findIdlest } from '../../idlest.ts';
import { Connection, type ConnectionOptions } from './connection.ts';

const CHECK_INTERVAL_MS = 1_000;

/**
 * The clients that are connected. When there is no room, a new one gets the place of one that is idle, so that those who
 * hold connections without using them keep nobody out.
 */
export class Connections {
  readonly #options: ConnectionOptions;
  readonly #limit: number;
  readonly #connections = new Set<Connection>();
  readonly #checks: NodeJS.Timeout;

  constructor(limit: number, options: ConnectionOptions) {
    this.#limit = limit;
    this.#options = options;
    this.#checks = setInterval(() => {
      for (const connection of this.#connections) connection.closeIfOverdue();
    }, CHECK_INTERVAL_MS);
  }

  admit(socket: Socket): void {
    if (this.#connections.size >= this.#limit && !this.#makeRoom()) {
      this.#options.log.warn({ limit: this.#limit }, 'too many connections: a new one was refused');
      socket.destroy();
      return;
    }
    const connection = new Connection(socket, this.#options);
    this.#connections.add(connection);
    socket.on('close', () => this.#connections.delete(connection));
  }

  async stop(): Promise<void> {
    clearInterval(this.#checks);
    await Promise.all([...this.#connections].map((connection) => connection.stop()));
  }

  /** False when all clients wait for the broker. */
  #makeRoom(): boolean {
    const idlest = findIdlest(this.#connections);
    if (idlest === undefined) return false;
    this.#connections.delete(idlest); // its socket closes later
    idlest.close('too many connections: the one that was idle longest is closed');
    return true;
  }
}

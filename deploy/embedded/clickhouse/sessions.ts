/** A connection of the engine. Its settings, parameters, current database and temporary tables end with it. */
export interface Session<Connection> {
  readonly connection: Connection;
  /** Names what runs in it to KILL QUERY; unique among all sessions. */
  readonly mark: string;
  /** What it was opened for: only a query with the same opening may have it next. */
  readonly opening: string;
  /** Whether a query has run in it, so that it is what its opening says. */
  readonly used: boolean;
}

export interface Sessions<Connection> {
  /** A session that an earlier query with this opening has left as it found it, or else a new one. */
  take(opening: string): Session<Connection>;
  /** Keeps a session for the next query; one too many is closed. */
  keep(session: Session<Connection>): void;
  close(session: Session<Connection>): void;
  closeIdle(): void;
}

/** Each costs about 0.2 MiB. */
const MAX_IDLE = 32;

/** Opening a session and setting it up costs as much as a small query, so they are kept for queries of the same kind. */
export function openSessions<Connection>(
  connect: () => Connection,
  disconnect: (connection: Connection) => void,
): Sessions<Connection> {
  const idle: Session<Connection>[] = [];
  let opened = 0;

  return {
    take(opening) {
      const at = idle.findLastIndex((session) => session.opening === opening);
      const [kept] = at === -1 ? [] : idle.splice(at, 1);
      if (kept !== undefined) return kept;
      opened += 1;
      return { connection: connect(), mark: `session-${opened}`, opening, used: false };
    },
    keep(session) {
      idle.push({ ...session, used: true });
      const oldest = idle.length > MAX_IDLE ? idle.shift() : undefined;
      if (oldest !== undefined) disconnect(oldest.connection);
    },
    close: ({ connection }) => disconnect(connection),
    closeIdle() {
      for (const { connection } of idle.splice(0)) disconnect(connection);
    },
  };
}

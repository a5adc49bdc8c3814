/** A client's connection, as far as its right to stay goes. */
export type Stay = {
  /** Whether a whole request has come. */
  readonly hasAsked: boolean;
  /** Since when (of `performance.now()`) the client keeps the server waiting; null while it is the client that waits. */
  readonly idleSinceMs: number | null;
};

/**
 * Whose place a new client gets when all are taken: first of those who never asked anything, as opening connections must
 * not be enough to drive out those who use theirs; then of who has been idle longest. None while all wait for the server.
 */
export function findIdlest<Connection extends Stay>(connections: Iterable<Connection>): Connection | undefined {
  return [...connections]
    .filter(({ idleSinceMs }) => idleSinceMs !== null)
    .sort((a, b) => Number(a.hasAsked) - Number(b.hasAsked) || (a.idleSinceMs ?? 0) - (b.idleSinceMs ?? 0))[0];
}

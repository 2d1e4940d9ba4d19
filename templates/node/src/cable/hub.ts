/**
 * Who listens to which stream. A subscriber is a connection (by whatever object stands for it) and the identifier under
 * which it wants to be told.
 */
export class Hub<Connection> {
  readonly #streams = new Map<string, Map<Connection, Set<string>>>();

  get streams(): number {
    return this.#streams.size;
  }

  subscribe(connection: Connection, stream: string, identifier: string): void {
    let connections = this.#streams.get(stream);
    if (connections === undefined) this.#streams.set(stream, (connections = new Map()));
    let identifiers = connections.get(connection);
    if (identifiers === undefined) connections.set(connection, (identifiers = new Set()));
    identifiers.add(identifier);
  }

  unsubscribe(connection: Connection, stream: string, identifier: string): void {
    const connections = this.#streams.get(stream);
    const identifiers = connections?.get(connection);
    if (connections === undefined || identifiers === undefined) return;
    identifiers.delete(identifier);
    if (identifiers.size === 0) connections.delete(connection);
    if (connections.size === 0) this.#streams.delete(stream);
  }

  /** A copy, because telling a subscriber can end its subscription. */
  subscribers(stream: string): readonly (readonly [connection: Connection, identifier: string])[] {
    const connections = this.#streams.get(stream);
    if (connections === undefined) return [];
    return [...connections].flatMap(([connection, identifiers]) =>
      [...identifiers].map((identifier) => [connection, identifier] as const),
    );
  }
}

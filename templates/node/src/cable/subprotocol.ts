/** The sub-protocols of Action Cable that this server speaks, in the words of `Sec-WebSocket-Protocol`. */
export const BASE_PROTOCOL = 'actioncable-v1-json';
/** AnyCable's: history and resumable sessions. https://docs.anycable.io/misc/action_cable_protocol#action-cable-extended-protocol */
export const EXTENDED_PROTOCOL = 'actioncable-v1-ext-json';

const SUPPORTED: ReadonlySet<string> = new Set([BASE_PROTOCOL, EXTENDED_PROTOCOL]);

/**
 * The client's first choice among those that this server speaks. `undefined` when it offered none of them: as with
 * AnyCable the upgrade goes on without one (a browser then gives up by itself, other clients are served the base
 * protocol). A token offered beside them (`anycable-token.…`) is never chosen, and so never sent back.
 */
export function chooseSubprotocol(offered: Iterable<string>): string | undefined {
  for (const protocol of offered) if (SUPPORTED.has(protocol)) return protocol;
  return undefined;
}

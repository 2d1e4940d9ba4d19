import type { CableClient, RawFrame } from '../../support/cable-client.js';
import type { RailsHost } from '../support/host.js';
import type { Person } from '../support/person.js';

export interface Scene {
  readonly host: RailsHost;
  readonly broadcastUrl: string;
  readonly ada: Person;
  readonly eve: Person;
  /** Ada's: it has a finished answer and an open one. */
  readonly conversation: string;
  readonly stream: string;
  readonly question: string;
  readonly finished: string;
  readonly open: string;
  /** The client_id of Ada's question. */
  readonly clientId: string;
}

export interface Try {
  readonly door: string;
  readonly what: string;
  /** What the answer must say, beside nothing of the conversation. */
  readonly refusal: RegExp;
  /** It would show the conversation to Ada herself. */
  readonly reads?: boolean;
  readonly run: (scene: Scene) => Promise<unknown>;
}

/** Commands of one connection are handled in order, and AnyCable answers a ping: what is there by then is all there is. */
export async function all(client: CableClient): Promise<readonly RawFrame[]> {
  await client.settled();
  const frames = client.transcript;
  await client.close();
  return frames;
}

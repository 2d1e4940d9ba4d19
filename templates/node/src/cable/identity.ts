import type { IncomingMessage } from 'node:http';

/** Who is at the other end of a socket. `user` is opaque and stable: equal exactly if it is the same visitor. */
export interface Identity {
  readonly user: string;
}

/** Nobody is let in, and told why: with `token_expired` a client fetches another token and comes back. */
export interface Refusal {
  readonly refused: 'unauthorized' | 'token_expired';
}

/** Decides who opens a socket. `null`: refused as `unauthorized`. */
export type Identify = (request: IncomingMessage) => Identity | Refusal | null | Promise<Identity | Refusal | null>;

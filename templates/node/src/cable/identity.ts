import type { IncomingMessage } from 'node:http';

/** Who is at the other end of a socket. `user` is opaque and stable: equal exactly if it is the same visitor. */
export interface Identity {
  readonly user: string;
}

/** Decides who opens a socket. `null`: refused (`disconnect` with `unauthorized`). */
export type Identify = (request: IncomingMessage) => Identity | null | Promise<Identity | null>;

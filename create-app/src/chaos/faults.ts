/** Every fault as data, so that a schedule of them can be drawn, printed, stored, shrunk and run again. */

export type Direction = 'to-client' | 'to-server';
export type Directions = Direction | 'both';
/** How a TCP connection ends: `reset` (RST, at once), `end` (FIN, in order). */
export type Ending = 'reset' | 'end';

export interface Cut {
  /** Default: `reset`. */
  readonly ending?: Ending;
  /** In which direction is counted; default: `to-client`. The connection ends in both. */
  readonly direction?: Direction;
  /** Cut every connection that comes later, too, until the fault is lifted; default: false. */
  readonly newcomers?: boolean;
}

/** On the wire between a client and a server. What a fault does to connections under way and to new ones: proxy.ts. */
export type LinkFault =
  /** Ends connections. `side`: who hears of it; the other one keeps a connection that stays silent. Default: `both`. */
  | { readonly kind: 'reset' | 'end'; readonly side?: 'client' | 'server' | 'both' }
  /** Ends a connection after so many bytes more. */
  | ({ readonly kind: 'cut-after'; readonly bytes: number } & Cut)
  /**
   * Ends a connection in the middle of a text or binary frame: `skip` frames pass first (default 0). `part` of the
   * payload still arrives, from 0 (not even the header does) to below 1; default 0.5.
   */
  | ({ readonly kind: 'cut-in-frame'; readonly skip?: number; readonly part?: number } & Cut)
  /** Delivers in bits of so many bytes, each by itself; default 1. */
  | { readonly kind: 'split'; readonly bytes?: number; readonly direction?: Directions }
  /**
   * Swallows everything while the connection stays open: data, and also that an end closed it. `newcomers` are accepted
   * and never answered (`swallow`, the default), reset (`refuse`), or unharmed (`pass`). A connection that lost a byte
   * in it stays silent for ever, as behind a NAT that forgot it; `afterwards: 'reset'` resets it instead.
   * For an interruption after which the bytes do arrive, see `pause`.
   */
  | {
      readonly kind: 'black-hole';
      readonly direction?: Directions;
      readonly newcomers?: 'swallow' | 'refuse' | 'pass';
      readonly afterwards?: 'silent' | 'reset';
    }
  /** Delays by `ms` and by up to `jitter` more, in milliseconds each way; the order is kept. */
  | {
      readonly kind: 'latency';
      readonly ms: number;
      readonly jitter?: number;
      readonly direction?: Directions;
      readonly seed?: number;
    }
  /** Holds everything back; lifted, it arrives in order. */
  | { readonly kind: 'pause'; readonly direction?: Directions }
  /** Resets new connections. */
  | { readonly kind: 'refuse' }
  /** Ends all connections, and resets new ones. */
  | { readonly kind: 'down'; readonly ending?: Ending }
  /**
   * Loses, doubles or swaps whole text messages on a live connection; each a probability from 0 to 1. `only`: a regular
   * expression that a message's text must match to be harmed. Control frames, fragmented and compressed messages pass
   * unharmed, because taking one away would break the connection; the compressed ones are counted.
   */
  | {
      readonly kind: 'lossy';
      readonly drop?: number;
      readonly double?: number;
      readonly reorder?: number;
      readonly only?: string;
      /** Default: `to-client`. */
      readonly direction?: Directions;
      readonly seed?: number;
    };

/** To the server's process. */
export type ProcessFault =
  /** SIGSTOP; lifted: SIGCONT. */
  | { readonly kind: 'hang' }
  /** SIGKILL; lifted: started again. */
  | { readonly kind: 'kill' }
  /** Stopped politely (SIGTERM) and started again; it lasts as long as that. */
  | { readonly kind: 'restart' };

/** To the page. */
export type PageFault =
  /** Hidden and frozen, as a mobile browser does it; lifted: resumed and in front. */
  | { readonly kind: 'freeze' }
  /** In the background; lifted: in front. */
  | { readonly kind: 'hide' }
  /** Away to another page; lifted: back, out of the back/forward cache. */
  | { readonly kind: 'away' }
  | { readonly kind: 'reload' }
  /** `offline` and `online` events and `navigator.onLine`. Sockets under way are not cut: that is what a link is for. */
  | { readonly kind: 'offline' }
  /** The same address in another tab, which stays in the background; lifted: closed. */
  | { readonly kind: 'second-tab' }
  /** The page's `Date` is wrong by so many milliseconds, also after reloads. */
  | { readonly kind: 'skew'; readonly ms: number };

export type Fault = LinkFault | ProcessFault | PageFault;

/** Ends a fault. Calling it again does nothing. For a fault without a duration it never does anything. */
export type Lift = () => void;

/** Link faults that last: what a connection is under. */
export type LinkCondition = Extract<
  LinkFault,
  { kind: 'split' | 'black-hole' | 'latency' | 'pause' | 'refuse' | 'lossy' }
>;
export type LinkCut = Extract<LinkFault, { kind: 'cut-after' | 'cut-in-frame' }>;

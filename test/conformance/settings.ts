/** How a pair of servers is set up. What is absent is both servers' default, or what the harness chooses for both. */
export interface Settings {
  /** Messages of a stream that are kept; default 100. */
  readonly historyLimit?: number;
  /** Seconds that they are kept; default 300. */
  readonly historyTtl?: number;
  /** Seconds that a session can be resumed; default 300. */
  readonly sessionsTtl?: number;
  /** Seconds that a member stays after its connection is gone; default 15. */
  readonly presenceTtl?: number;
  readonly publicStreams?: true;
  /** Of signed streams; public ones always have both. Default: no whispers, but presence. */
  readonly streamsWhisper?: boolean;
  readonly streamsPresence?: boolean;
  readonly enforceJwt?: true;
}

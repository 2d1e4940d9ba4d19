interface Command {
  readonly command?: unknown;
  readonly identifier?: unknown;
  readonly history?: { readonly since?: unknown; readonly streams?: unknown };
}

interface Welcome {
  readonly type?: unknown;
  readonly restored_ids?: unknown;
  /** The embedded server's own. */
  readonly restored_presence?: unknown;
}

/**
 * JSON frames, with three repairs to what @anycable/core sends and takes.
 *
 * `history.since` is left out where there is none: the session bootstraps by `resume`, and a time by a visitor's clock,
 * which may be an hour off, would replay everything or nothing. Without `historyTimestamp` the client would send
 * `"since": false`, which AnyCable cannot read.
 *
 * A `subscribe` to what the server has just restored with the session is never answered (AnyCable logs
 * `already_subscribed`), so the client would wait for ever. It comes up where the connection broke between a `subscribe`
 * and its confirmation. It is replaced by a request for history, and confirmed here.
 *
 * What is no JSON object is undefined, which the client logs and drops.
 */
export class JsonEncoder {
  readonly #confirm: (frame: string) => void;
  #restored: ReadonlySet<unknown> = new Set();
  #presenceRestored = false;

  /** `confirm` hands a frame to the client as if the server had sent it; called after `encode` returned. */
  constructor(confirm: (frame: string) => void) {
    this.#confirm = confirm;
  }

  /** Whether the server brought this subscription back with the session, and none has been made in its place since. */
  isRestored(identifier: string): boolean {
    return this.#restored.has(identifier);
  }

  /**
   * Whether those whom the server's callbacks had joined are present in the restored session, as its welcome says. AnyCable
   * never says it, and lets their places end.
   */
  get presenceRestored(): boolean {
    return this.#presenceRestored;
  }

  encode(message: object): string {
    const { command, identifier, history } = message as Command;
    if (command === 'subscribe' && this.#restored.has(identifier)) {
      queueMicrotask(() => this.#confirm(JSON.stringify({ type: 'confirm_subscription', identifier })));
      return JSON.stringify({ command: 'history', identifier, history: { streams: history?.streams ?? {} } });
    }
    if (command === 'unsubscribe') this.#restored = new Set([...this.#restored].filter((id) => id !== identifier));
    if (history === undefined || history.since !== false) return JSON.stringify(message);
    return JSON.stringify({ ...message, history: { streams: history.streams } });
  }

  decode(frame: string): object | undefined {
    let message: unknown;
    try {
      message = JSON.parse(frame);
    } catch {
      return undefined;
    }
    if (typeof message !== 'object' || message === null) return undefined;
    const { type, restored_ids, restored_presence } = message as Welcome;
    if (type !== 'welcome') return message;
    this.#restored = new Set(Array.isArray(restored_ids) ? restored_ids : []);
    this.#presenceRestored = restored_presence === true;
    return message;
  }
}

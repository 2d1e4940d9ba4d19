import type { ConversationState } from './conversation/state.js';

export interface EarlierPagesPorts {
  readonly state: () => ConversationState;
  /** Asks for a page. Rejects where there is no connection. */
  readonly request: (data: { readonly before: number; readonly limit: number }) => Promise<void>;
}

const HISTORY_PAGE = 50;

/** The visitor wants to see what was before: a wish that stays until the page is there, across connections. */
export class EarlierPages {
  readonly #ports: EarlierPagesPorts;
  #isWanted = false;

  constructor(ports: EarlierPagesPorts) {
    this.#ports = ports;
  }

  want(): void {
    this.#isWanted = true;
    this.#send();
  }

  /** Another conversation: the wish was for the one before. */
  forget(): void {
    this.#isWanted = false;
  }

  /** A snapshot came that covers a range; `isHistory`: it answers a request made here, and not a `resume`. */
  pageReceived({ isHistory }: { readonly isHistory: boolean }): void {
    if (isHistory) this.#isWanted = false;
    else this.#send();
  }

  #send(): void {
    const { interval } = this.#ports.state();
    if (!this.#isWanted || interval === undefined || interval.low === 0) return;
    this.#ports.request({ before: interval.low, limit: HISTORY_PAGE }).catch(() => {
      // Asked again after the next resume, as the wish stays.
    });
  }
}

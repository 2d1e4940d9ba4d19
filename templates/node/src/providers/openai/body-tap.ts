/** More bytes than this without a single event is not an event stream, and must not fill the memory. */
const MAX_BYTES_BETWEEN_EVENTS = 4 * 1024 * 1024;
const TAIL_BYTES = 64;

export class EventTooLarge extends Error {
  override readonly name = 'EventTooLarge';
}

/**
 * Sees the bytes of one response on their way into the `openai` client, which hides two things that matter:
 * keep-alive comments, and whether `[DONE]` was ever said (to its consumer an orderly end and a cut between two
 * events look the same).
 */
export class BodyTap {
  readonly #onBytes: () => void;
  #tail = '';
  #sinceEvent = 0;

  constructor(onBytes: () => void) {
    this.#onBytes = onBytes;
  }

  /** A `fetch` for the client. A redirect is a response like any other, and fails by its status. */
  readonly fetch = async (url: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const response = await globalThis.fetch(url, { ...init, redirect: 'manual' });
    if (response.body === null) return response;
    const watched = response.body.pipeThrough(
      new TransformStream<Uint8Array, Uint8Array>({
        transform: (bytes, controller) => {
          this.#see(bytes);
          controller.enqueue(bytes);
        },
      }),
    );
    const { status, statusText, headers } = response;
    return new Response(watched, { status, statusText, headers });
  };

  /** An event was read. */
  event(): void {
    this.#sinceEvent = 0;
  }

  /** The last line so far is `data: [DONE]`. Text cannot forge it: inside JSON a line break is escaped. */
  get saidDone(): boolean {
    return /(?:^|[\r\n])data: ?\[DONE\]\s*$/.test(this.#tail);
  }

  #see(bytes: Uint8Array): void {
    this.#sinceEvent += bytes.length;
    if (this.#sinceEvent > MAX_BYTES_BETWEEN_EVENTS) {
      throw new EventTooLarge(`more than ${MAX_BYTES_BETWEEN_EVENTS} bytes came without the end of an event`);
    }
    // Latin-1 keeps one character a byte, whatever a cut through UTF-8 left; the marker is ASCII.
    this.#tail = (this.#tail + Buffer.from(bytes.subarray(-TAIL_BYTES)).toString('latin1')).slice(-TAIL_BYTES);
    this.#onBytes();
  }
}

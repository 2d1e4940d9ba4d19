/**
 * Keeps a scroller at its end while content grows, but only while the reader is there: whoever scrolled up to read is
 * left alone.
 */
import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** Nearer to the end than this counts as being there, in CSS pixels: zoom makes scroll positions fractional. */
const NEAR = 32;

export class StickToBottomController implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  #observer: ResizeObserver | undefined;
  #listening: AbortController | undefined;
  #scroller: HTMLElement | undefined;
  #content: Element | undefined;
  #stuck = true;
  /** The content's height when it was last followed, in CSS pixels. */
  #height = 0;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  /** The reader is at the end, and stays there. */
  get stuck(): boolean {
    return this.#stuck;
  }

  /** To be called once both are rendered. `content` is what grows inside `scroller`. */
  observe(scroller: HTMLElement, content: Element): void {
    this.#scroller = scroller;
    this.#content = content;
    this.#start();
  }

  hostConnected(): void {
    this.#start();
  }

  hostDisconnected(): void {
    this.#observer?.disconnect();
    this.#listening?.abort();
    this.#observer = undefined;
    this.#listening = undefined;
  }

  /** Go to the end, and follow it from now on. */
  stick(): void {
    this.#setStuck(true);
    this.#follow();
  }

  #start(): void {
    if (!this.#scroller || !this.#content || this.#observer) return;
    this.#observer = new ResizeObserver(() => this.#follow());
    this.#observer.observe(this.#scroller);
    this.#observer.observe(this.#content);
    this.#listening = new AbortController();
    this.#scroller.addEventListener('scroll', () => this.#scrolled(), {
      passive: true,
      signal: this.#listening.signal,
    });
  }

  #follow(): void {
    if (!this.#stuck || !this.#scroller) return;
    this.#height = this.#scroller.scrollHeight;
    this.#scroller.scrollTop = this.#height;
  }

  #scrolled(): void {
    if (this.#isAtEnd()) this.#setStuck(true);
    // The event comes late: where the content has grown meanwhile, it was us who scrolled, and not the reader.
    else if (this.#stuck && this.#scroller?.scrollHeight !== this.#height) this.#follow();
    else this.#setStuck(false);
  }

  #isAtEnd(): boolean {
    const scroller = this.#scroller;
    return !scroller || scroller.scrollHeight - scroller.clientHeight - scroller.scrollTop <= NEAR;
  }

  #setStuck(stuck: boolean): void {
    if (this.#stuck === stuck) return;
    this.#stuck = stuck;
    this.#host.requestUpdate();
  }
}

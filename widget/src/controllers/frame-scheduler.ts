/** Runs a task once a frame at most. A hidden tab has no frames, so there a timer stands in. */

/** How long a frame may fail to come before the timer stands in. Browsers stretch it to a second in a hidden tab. */
const NO_FRAME_AFTER_MS = 250;

export class FrameScheduler {
  readonly #task: () => void;
  #pending: AbortController | undefined;

  constructor(task: () => void) {
    this.#task = task;
  }

  /** Run soon; asked twice before it ran, it runs once. */
  request(): void {
    if (this.#pending) return;
    const pending = new AbortController();
    this.#pending = pending;
    const run = (): void => {
      this.cancel();
      this.#task();
    };
    // Both, always: a tab may be hidden between the request and the frame.
    const timer = setTimeout(run, NO_FRAME_AFTER_MS);
    const frame = requestAnimationFrame(run);
    pending.signal.addEventListener('abort', () => {
      clearTimeout(timer);
      cancelAnimationFrame(frame);
    });
  }

  /** Run now if a run is due. */
  flush(): void {
    if (!this.#pending) return;
    this.cancel();
    this.#task();
  }

  cancel(): void {
    this.#pending?.abort();
    this.#pending = undefined;
  }
}

import type { Logger } from '../logger.js';
import { Interruption } from './answer-ending.js';

export interface AnswerQueueOptions {
  /** Most jobs that run at a time; the others wait in their order. */
  readonly concurrency: number;
  /** One job. Must end soon after its signal is aborted. */
  readonly run: (messageId: string, signal: AbortSignal) => Promise<void>;
  readonly logger: Logger;
}

interface Running {
  readonly controller: AbortController;
  readonly ended: Promise<void>;
}

/**
 * Runs jobs in this process, outside of the actions that asked for them. It remembers nothing: after a restart, the queued
 * rows are enqueued again. Enqueued twice, a job is run once; and if not, its claim sees to it.
 */
export class AnswerQueue {
  readonly #options: AnswerQueueOptions;
  readonly #waiting = new Set<string>();
  readonly #running = new Map<string, Running>();
  #isClosed = false;

  constructor(options: AnswerQueueOptions) {
    this.#options = options;
  }

  /** Answers that wait or run. */
  get size(): number {
    return this.#waiting.size + this.#running.size;
  }

  enqueue(messageId: string): void {
    if (this.#isClosed || this.#running.has(messageId)) return;
    this.#waiting.add(messageId);
    this.#fill();
  }

  /** Somebody else has ended this answer: do not begin it, or stop. */
  cancel(messageId: string): void {
    this.#waiting.delete(messageId);
    this.#running.get(messageId)?.controller.abort(new Interruption('unwanted'));
  }

  /** Makes a running job die without a last word. False: none is running for this answer. */
  kill(messageId: string): boolean {
    const job = this.#running.get(messageId);
    job?.controller.abort(new Interruption('killed'));
    return job !== undefined;
  }

  /**
   * Begins nothing more, gives the running jobs until `grace` resolves, then stops them, and resolves when all have ended.
   * What waits stays queued in the database, for the next start.
   */
  async close(grace: Promise<void>): Promise<void> {
    this.#isClosed = true;
    this.#waiting.clear();
    const ended = Promise.all([...this.#running.values()].map((job) => job.ended));
    await Promise.race([ended, grace]);
    for (const { controller } of this.#running.values()) controller.abort(new Interruption('shutdown'));
    await ended;
  }

  #fill(): void {
    for (const messageId of this.#waiting) {
      if (this.#running.size >= this.#options.concurrency) return;
      this.#waiting.delete(messageId);
      const controller = new AbortController();
      this.#running.set(messageId, { controller, ended: this.#run(messageId, controller.signal) });
    }
  }

  async #run(messageId: string, signal: AbortSignal): Promise<void> {
    try {
      await Promise.resolve(); // never inside the caller's turn: it has a reply to send first
      await this.#options.run(messageId, signal);
    } catch (error) {
      // The row is still queued or leased; the next sweep takes care of it.
      this.#options.logger.error('a job failed', { messageId, error });
    } finally {
      this.#running.delete(messageId);
      if (!this.#isClosed) this.#fill();
    }
  }
}

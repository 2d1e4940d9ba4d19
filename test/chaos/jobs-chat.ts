import type { ActionDeps, Caller } from '../../templates/node/src/chat/action-deps.js';
import { handleAction } from '../../templates/node/src/chat/actions.js';
import { Interruption } from '../../templates/node/src/chat/answer-ending.js';
import { runAnswer, type AnswerJobDeps } from '../../templates/node/src/chat/answer-job.js';
import { closeExpired } from '../../templates/node/src/chat/closing.js';
import type { Effect, OutgoingFrame } from '../../templates/node/src/chat/effects.js';
import { LeaseKeeper } from '../../templates/node/src/chat/lease-keeper.js';
import { type ChatOptions, resolveOptions } from '../../templates/node/src/chat/options.js';
import type { Store } from '../../templates/node/src/chat/store.js';
import type { Logger } from '../../templates/node/src/logger.js';
import type { Provider } from '../../templates/node/src/providers/provider.js';
import type { Scope } from './timeline.js';

export interface JobsChatParts {
  readonly store: Store;
  readonly clock: Scope;
  readonly mintId: () => string;
  readonly provider: Provider;
  readonly options: Partial<ChatOptions>;
  readonly logger: Logger;
  readonly publish: (conversationId: string, owner: string, frame: OutgoingFrame) => void;
  /** Hands a job to the queue of all processes, which loses it, delays it or runs it twice as it likes. */
  readonly enqueue: (messageId: string) => void;
  /** Asked before every effect. True: the process dies here, after the commit. */
  readonly crashes: () => boolean;
}

/** What the fleet needs of a process, however it is made. */
export interface ProcessChat {
  perform(caller: Caller, action: string, data: unknown, reply: (frame: OutgoingFrame) => void): void;
  close(): Promise<void>;
}

/**
 * A process as a Rails application has it: the actions and the jobs of the real chat, but its jobs come out of a queue
 * that knows nothing of answers, and it may die between any two effects of an action.
 */
export class JobsChat implements ProcessChat {
  readonly #parts: JobsChatParts;
  readonly #actions: ActionDeps;
  readonly #job: AnswerJobDeps;
  readonly #leases: LeaseKeeper;
  readonly #heartbeatMs: number;
  readonly #running = new Map<AbortController, { readonly messageId: string; readonly ended: Promise<void> }>();
  #isClosed = false;

  constructor(parts: JobsChatParts) {
    this.#parts = parts;
    const { store, clock, mintId, logger, provider, publish } = parts;
    const options = resolveOptions(parts.options);
    const leases = new LeaseKeeper({ store, clock, logger, leaseMs: options.leaseMs });
    this.#leases = leases;
    this.#heartbeatMs = Math.ceil(options.leaseMs / 3);
    this.#actions = { store, clock, mintId, options, logger, renewOwn: () => leases.renewAll() };
    this.#job = { store, provider, leases, clock, mintId, options, logger, broadcast: publish };
    for (const messageId of store.answers.unfolded()) store.answers.fold(messageId);
    this.#beat();
  }

  perform(caller: Caller, action: string, data: unknown, reply: (frame: OutgoingFrame) => void): void {
    for (const effect of handleAction(this.#actions, caller, action, data)) {
      if (this.#parts.crashes()) return;
      this.#apply(effect, reply);
    }
  }

  run(messageId: string): void {
    if (this.#isClosed) return;
    const controller = new AbortController();
    const ended = runAnswer(this.#job, messageId, controller.signal)
      .catch((error: unknown) => this.#parts.logger.error('a job failed', { messageId, error }))
      .finally(() => this.#running.delete(controller));
    this.#running.set(controller, { messageId, ended });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const jobs = [...this.#running].map(([controller, { ended }]) => {
      controller.abort(new Interruption('shutdown'));
      return ended;
    });
    await Promise.all(jobs);
  }

  #beat(): void {
    const { store, clock, enqueue } = this.#parts;
    this.#leases.renewAll();
    for (const effect of closeExpired(this.#actions, clock.now())) this.#apply(effect);
    for (const messageId of store.answers.queued()) enqueue(messageId);
    clock.after(this.#heartbeatMs, () => this.#beat());
  }

  #apply(effect: Effect, reply?: (frame: OutgoingFrame) => void): void {
    switch (effect.type) {
      case 'broadcast':
        this.#parts.publish(effect.conversationId, effect.owner, effect.frame);
        return;
      case 'reply':
        reply?.(effect.frame);
        return;
      case 'enqueue':
        this.#parts.enqueue(effect.messageId);
        return;
      case 'cancel':
        for (const [controller, { messageId }] of this.#running) {
          if (messageId === effect.messageId) controller.abort(new Interruption('unwanted'));
        }
    }
  }
}

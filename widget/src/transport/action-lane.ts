import type { Clock } from '../clock.js';
import { TransportError } from '../errors.js';
import type { ActionAnswer } from './action-answer.js';
import type { PostedAction } from './http-actions.js';

export interface ActionLaneOptions {
  readonly clock: Clock;
  /** Must settle soon after `signal` is aborted; what it says then is not heard. */
  readonly post: (action: PostedAction, signal: AbortSignal) => Promise<ActionAnswer>;
}

interface Job {
  readonly action: PostedAction;
  readonly abort: AbortController;
  resolve(answer: ActionAnswer): void;
  reject(error: unknown): void;
}

/**
 * The actions of one subscription, one request at a time, in their order: HTTP by itself has none. There is one `resume`
 * at most, the newest, as it says what the client holds now; one under way gives way, as it may hang on a network that
 * is gone. A server that wants to be left alone (`Retry-After`) is.
 */
export class ActionLane {
  readonly #options: ActionLaneOptions;
  #waiting: Job[] = [];
  #underWay: Job | undefined;
  #heldUntil = -Infinity;
  #cancelHold: (() => void) | undefined;

  constructor(options: ActionLaneOptions) {
    this.#options = options;
  }

  /** Rejects with a TransportError where the action was not answered because of what happened here. */
  send(action: PostedAction): Promise<ActionAnswer> {
    if (action.action === 'resume') this.#drop(isResume, 'a newer one takes its place');
    return new Promise((resolve, reject) => {
      this.#waiting.push({ action, abort: new AbortController(), resolve, reject });
      this.#next();
    });
  }

  /**
   * The stream is gone. What was not sent is not; what is under way may end, as its effect is worth knowing. But for a
   * `resume`: its answer would be taken for the one that the next connection asks for, and that must be newer.
   */
  interrupt(): void {
    this.#drop((job) => job !== this.#underWay || isResume(job), 'there is no connection');
  }

  /** Gives up everything. Further actions are sent all the same. */
  clear(): void {
    this.#drop(() => true, 'the subscription is closed');
    this.#cancelHold?.();
    this.#cancelHold = undefined;
  }

  #drop(isDropped: (job: Job) => boolean, why: string): void {
    const underWay = this.#underWay;
    const dropped = [...(underWay === undefined ? [] : [underWay]), ...this.#waiting].filter(isDropped);
    if (dropped.length === 0) return;
    this.#waiting = this.#waiting.filter((job) => !dropped.includes(job));
    if (underWay !== undefined && dropped.includes(underWay)) this.#underWay = undefined;
    for (const { action, abort, reject } of dropped) {
      abort.abort();
      reject(new TransportError('not_connected', `${action.action} was given up: ${why}.`));
    }
    this.#next();
  }

  #next(): void {
    if (this.#underWay !== undefined || this.#cancelHold !== undefined) return;
    const { clock } = this.#options;
    const job = this.#waiting[0];
    if (job === undefined) return;
    const wait = this.#heldUntil - clock.now();
    if (wait > 0) {
      this.#cancelHold = clock.after(wait, () => {
        this.#cancelHold = undefined;
        this.#next();
      });
      return;
    }
    this.#waiting.shift();
    this.#underWay = job;
    void this.#run(job);
  }

  async #run(job: Job): Promise<void> {
    try {
      const answer = await this.#options.post(job.action, job.abort.signal);
      if (this.#underWay !== job) return;
      if (answer.kind === 'failed' && answer.retryAfter !== undefined) {
        this.#heldUntil = this.#options.clock.now() + answer.retryAfter;
      }
      job.resolve(answer);
    } catch (error) {
      job.reject(error);
    }
    if (this.#underWay !== job) return;
    this.#underWay = undefined;
    this.#next();
  }
}

function isResume({ action }: Job): boolean {
  return action.action === 'resume';
}

import type { Clock, Random } from '../clock.js';
import type { ConversationState } from '../conversation/state.js';
import type { ErrorFrame } from '../protocol/frames.js';
import type { OutboxOwner, OutboxStorage } from './storage.js';
import {
  add,
  clientIdOf,
  confirm,
  due,
  EMPTY_OUTBOX,
  markSent,
  type Outbox,
  type OutboxAction,
  type OutboxEntry,
  refuse,
  remove,
  requeue,
  retry,
} from './outbox.js';

/**
 * - `closed`: nothing goes out (no connection, or the server has not said hello on it yet)
 * - `reliable`: the backend speaks the protocol; what is not confirmed goes out again
 * - `once`: a backend that said no hello; nothing is ever sent a second time
 */
export type Gate = 'closed' | 'reliable' | 'once';

export interface DeliveryPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly storage: OutboxStorage;
  readonly conversationId: string;
  readonly perform: (action: OutboxAction) => Promise<void>;
  /** Handed over to a backend of the `once` kind: there is no more to be known of it. */
  readonly handedOver: (action: OutboxAction) => void;
  readonly isAnswerOpen: () => boolean;
  readonly changed: () => void;
}

const CONFIRM_MS = 6_000;
const CONFIRM_CAP_MS = 60_000;

/** Hands the outbox's entries to the transport, again and again until the state shows their effect. */
export class Delivery {
  readonly #ports: DeliveryPorts;
  #owner: OutboxOwner;
  /** What an earlier page left that knew of no visitor either: kept in storage until the server has named one. */
  #unclaimed: Outbox;
  #outbox: Outbox = EMPTY_OUTBOX;
  /** Handed over to a backend that had not said hello: should it do so later, it was only slow, and they go out again. */
  #unproven: Outbox = EMPTY_OUTBOX;
  #gate: Gate = 'closed';
  readonly #underWay = new Set<OutboxEntry>();
  /** Could not be handed over, though there is a connection: they wait for the time-out. */
  readonly #returned = new Set<OutboxEntry>();
  #cancelTimeout: (() => void) | undefined;
  #timeouts = 0;

  constructor(ports: DeliveryPorts) {
    this.#ports = ports;
    this.#owner = { user: undefined, conversationId: ports.conversationId };
    this.#unclaimed = ports.storage.unclaimed(ports.conversationId);
  }

  /** True where something is in the outbox that would not survive a reload. */
  get isVolatile(): boolean {
    return this.#outbox.length > 0 && this.#ports.storage.isFailing;
  }

  get outbox(): Outbox {
    return this.#outbox;
  }

  /** What is being handed over at this moment; with HTTP, that takes a while. */
  isUnderWay(entry: OutboxEntry): boolean {
    return this.#underWay.has(entry);
  }

  add(action: OutboxAction): void {
    this.#change(add(this.#outbox, action, this.#ports.clock.now()));
  }

  retry(clientId: string): void {
    this.#change(retry(this.#outbox, clientId));
  }

  remove(clientId: string): void {
    this.#change(remove(this.#outbox, clientId));
  }

  refused(frame: ErrorFrame): void {
    this.#change(refuse(this.#outbox, frame));
  }

  stateChanged(state: ConversationState): void {
    const next = confirm(this.#outbox, state);
    if (next !== this.#outbox) this.#timeouts = 0;
    this.#change(next);
  }

  /** No connection, or one whose server has not said hello (yet). */
  setGate(gate: 'closed' | 'once'): void {
    this.#gate = gate;
    this.#returned.clear();
    if (gate === 'closed') this.#stopTimeout();
    this.#change(this.#outbox);
  }

  /**
   * A backend that was taken for a plain one speaks the protocol, and has yet to say hello: what it was handed proves
   * nothing, and nothing more goes out until then.
   */
  awaitGreeting(state: ConversationState): void {
    if (this.#gate !== 'once') return;
    this.#gate = 'closed';
    this.#change(confirm(this.#takeBack(), state));
  }

  /**
   * The server has said hello, and who is writing: what it was handed before may be lost and goes out again, together with
   * what this visitor had left in storage; but for what `state` shows to have arrived all the same.
   */
  greet(user: string, state: ConversationState): void {
    // A hello comes with every answer to `resume`; only the first of a connection says something new.
    if (this.#gate === 'reliable' && this.#owner.user === user) return;
    this.#gate = 'reliable';
    const { conversationId } = this.#owner;
    const here = this.#takeBack();
    if (this.#owner.user === user) {
      this.#change(confirm(here, state));
      return;
    }
    const { storage } = this.#ports;
    const stored = storage.load({ user, conversationId }).filter((entry) => !here.some(isSameAs(entry)));
    storage.forgetUnclaimed(conversationId);
    this.#unclaimed = EMPTY_OUTBOX;
    this.#owner = { user, conversationId };
    this.#change(confirm([...stored, ...here], state));
  }

  /** Another conversation. What is unsent goes along (`carry`), or waits in storage for its author's return (`leave`). */
  moveTo(conversationId: string, mode: 'leave' | 'carry'): void {
    this.#stopTimeout();
    this.#unproven = EMPTY_OUTBOX;
    if (mode === 'carry') this.#ports.storage.save(this.#owner, this.#unclaimed);
    this.#owner = { user: undefined, conversationId };
    this.#unclaimed = this.#ports.storage.unclaimed(conversationId);
    if (mode === 'carry') this.#change(requeue(this.#outbox));
    else this.#outbox = EMPTY_OUTBOX;
  }

  /** All that was handed over proves nothing: it is to go out again, what is unproven first. */
  #takeBack(): Outbox {
    const back = requeue([...this.#unproven, ...this.#outbox]);
    this.#unproven = EMPTY_OUTBOX;
    return back;
  }

  #change(next: Outbox): void {
    const changed = next !== this.#outbox;
    this.#outbox = next;
    if (changed) {
      const before = this.#owner.user === undefined ? this.#unclaimed : EMPTY_OUTBOX;
      this.#ports.storage.save(this.#owner, [...before, ...this.#unproven, ...next]);
      this.#ports.changed();
    }
    this.#send();
    this.#watch();
  }

  #send(): void {
    if (this.#gate === 'closed') return;
    const fresh = due(this.#outbox, this.#ports.isAnswerOpen()).filter(
      (entry) => !this.#underWay.has(entry) && !this.#returned.has(entry),
    );
    for (const entry of fresh) {
      this.#underWay.add(entry);
      void this.#handOver(entry, this.#gate);
    }
    if (fresh.length > 0) this.#ports.changed();
  }

  async #handOver(entry: OutboxEntry, gate: 'reliable' | 'once'): Promise<void> {
    try {
      await this.#ports.perform(entry.action);
    } catch {
      // The entry stays as it is: the next connection takes it or, if this one still holds, the next attempt.
      this.#underWay.delete(entry);
      if (this.#gate !== 'closed') this.#returned.add(entry);
      this.#ports.changed();
      this.#watch();
      return;
    }
    this.#underWay.delete(entry);
    if (gate === 'once') {
      this.#ports.handedOver(entry.action);
      this.#unproven = [...this.#unproven, { ...entry, state: 'sent' }];
      this.#change(this.#outbox.filter((other) => other !== entry));
    } else {
      this.#change(markSent(this.#outbox, entry));
    }
  }

  /** Bytes that were handed over prove nothing: without a confirmation they go out again. */
  #watch(): void {
    const isWaiting =
      this.#gate !== 'closed' &&
      this.#outbox.some((entry) => this.#returned.has(entry) || (entry.state === 'sent' && this.#gate === 'reliable'));
    if (!isWaiting) {
      this.#returned.clear();
      this.#stopTimeout();
      return;
    }
    if (this.#cancelTimeout !== undefined) return;
    const delay = Math.min(CONFIRM_CAP_MS, CONFIRM_MS * 2 ** this.#timeouts) * (0.75 + this.#ports.random() / 2);
    this.#cancelTimeout = this.#ports.clock.after(delay, () => {
      this.#cancelTimeout = undefined;
      this.#timeouts++;
      this.#returned.clear();
      this.#change(requeue(this.#outbox));
    });
  }

  #stopTimeout(): void {
    this.#cancelTimeout?.();
    this.#cancelTimeout = undefined;
  }
}

function isSameAs({ action }: OutboxEntry): (other: OutboxEntry) => boolean {
  const clientId = clientIdOf(action);
  return (other) =>
    clientId === undefined
      ? other.action.action === action.action && 'message_id' in action && isOn(other, action.message_id)
      : clientIdOf(other.action) === clientId;
}

function isOn({ action }: OutboxEntry, messageId: string): boolean {
  return 'message_id' in action && action.message_id === messageId;
}

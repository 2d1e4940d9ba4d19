import type { Clock, Random } from '../clock.js';
import { PresenceError, TransportError } from '../errors.js';
import type { PresenceEvent } from '../protocol/presence.js';
import type { ConnectionState, Subscription, SubscriptionObserver } from '../transport/transport.js';
import { isSameJson } from './json.js';
import { listAsked, NOBODY, type PresenceChange, type PresenceMember, reducePresence } from './reduce.js';
import { Renewal } from './renewal.js';
import { WaitingForList } from './waiting.js';

/** Milliseconds. */
const TIMES = {
  /** The list that has not come by then was lost, or there is nobody who would send it. */
  answer: 5_000,
  /** A leave that was lost is noticed by then, on a page that is looked at. */
  refresh: 60_000,
} as const;

/** Requests in a row without a list, on a connection that has never brought one: there is no presence. */
const MOST_UNANSWERED = 2;

/** Lists in a row without this visitor, who has joined. The first may have been made up before the join was written down. */
const MOST_WITHOUT_US = 2;

/**
 * - `connecting`: nothing is known yet
 * - `live`: connected; `members` is who is here
 * - `offline`: not connected; `members` is who was here, and nobody leaves by that
 * - `unsupported`: the server has no presence here; asked again now and then
 * - `closed`: the server refused; it says who is here to others
 */
export type PresenceStatus = 'connecting' | 'live' | 'offline' | 'unsupported' | 'closed';

export interface PresenceView {
  readonly status: PresenceStatus;
  readonly members: ReadonlyMap<string, unknown>;
  /** True once there was a list. */
  readonly isKnown: boolean;
}

/** What a tracker listens to: a subscription of its own, or a share in somebody's. */
export type PresenceLink = Pick<Subscription, 'presence' | 'renew' | 'close'>;

export interface PresenceLinkObserver extends Pick<SubscriptionObserver, 'stateChanged' | 'presenceReceived'> {
  /** The link is another one now: forget who was here. */
  replaced(): void;
}

export interface PresenceTrackerPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly connect: (observer: PresenceLinkObserver) => PresenceLink;
  /** True while somebody may be looking at the page. */
  readonly isVisible: () => boolean;
  readonly viewChanged: (view: PresenceView) => void;
  readonly memberChanged: (change: PresenceChange) => void;
  /** Once for each kind of problem, until it is over. */
  readonly problem: (error: PresenceError | TransportError) => void;
}

/**
 * Keeps the list of who is on one stream, and this visitor on it. AnyCable sends what changes, at most once, so the list is
 * fetched on every connect, on a wake, and now and then while the page is looked at; what a fetched list changes is told as
 * the joins and leaves that were missed.
 */
export class PresenceTracker {
  readonly #ports: PresenceTrackerPorts;
  #link: PresenceLink | undefined;
  #state = NOBODY;
  #status: PresenceStatus = 'connecting';
  #view: PresenceView = { status: 'connecting', members: NOBODY.members, isKnown: false };
  #membership: PresenceMember | undefined;
  #live = false;
  #wasLive = false;
  #isAsking = false;
  /** The list that is on its way will not be the last. */
  #asksAgain = false;
  #unanswered = 0;
  /** On this connection. */
  #hasAnswered = false;
  /** Until a list comes, nobody is shown, and nobody is told again. */
  #isUnsupported = false;
  /** In a row. */
  #listsWithoutUs = 0;
  #closed = false;
  readonly #waiting: WaitingForList;
  /** For nothing where we have joined ourselves: that is said again on every connection. */
  readonly #renewal: Renewal;
  #cancelAnswer: (() => void) | undefined;
  #cancelRefresh: (() => void) | undefined;

  constructor(ports: PresenceTrackerPorts) {
    this.#ports = ports;
    this.#waiting = new WaitingForList(ports.clock);
    this.#renewal = new Renewal(ports.clock, () => {
      if (this.#membership === undefined) this.#link?.renew?.();
    });
  }

  get view(): PresenceView {
    return this.#view;
  }

  start(): void {
    let early: ConnectionState | undefined;
    this.#link = this.#ports.connect({
      stateChanged: (state) => {
        // What is said before `connect` has returned cannot be acted upon yet.
        if (this.#link === undefined) early = state;
        else this.#connectionChanged(state);
      },
      presenceReceived: (event) => this.#received(event),
      replaced: () => this.#replaced(),
    });
    if (early !== undefined) this.#connectionChanged(early);
  }

  /** Who this visitor is on the list, from now on and after every reconnect; undefined: not by our doing. */
  setMembership(membership: PresenceMember | undefined): void {
    const before = this.#membership;
    if (isSameMember(before, membership)) return;
    this.#membership = membership;
    this.#listsWithoutUs = 0;
    if (!this.#live) return;
    // AnyCable refuses a second id on one connection ("presence ID mismatch"), so the first has to go before.
    if (before !== undefined && before.id !== membership?.id) this.#hand((presence) => presence.leave());
    this.#join();
    // A changed info is told to nobody, not even to us; a list that is on its way may be without it.
    if (membership === undefined) return;
    if (this.#isAsking) this.#asksAgain = true;
    else this.#ask();
  }

  /**
   * The list, fresh from the server. Asked for by many at once, it is fetched once.
   * @throws PresenceError `unsupported`, `failed`, `timed_out`, or `closed` when the tracker ends before
   */
  info(): Promise<ReadonlyMap<string, unknown>> {
    if (this.#closed) return Promise.reject(closed());
    if (this.#live && this.#link?.presence === undefined) return Promise.reject(unsupported());
    const list = this.#waiting.wait();
    this.#ask();
    return list;
  }

  /** The page came back to life: something may have been missed. */
  wake(): void {
    this.#ask();
  }

  close(): void {
    if (this.#closed) return;
    this.#disconnected();
    this.#closed = true;
    this.#link?.close();
    this.#waiting.rejectAll(closed());
  }

  // — Connection ————————————————————————————————————————————————————————————————————————————————————————————

  #connectionChanged(state: ConnectionState): void {
    if (this.#closed) return;
    this.#disconnected();
    switch (state.status) {
      case 'connecting':
      case 'offline':
        this.#setStatus(this.#wasLive ? 'offline' : 'connecting');
        break;
      case 'closed':
        this.#refused(state.reason.code, state.reason.detail);
        break;
      case 'live':
        this.#connected();
        if (state.restored && state.presenceRestored !== true) this.#renewal.plan();
        break;
    }
  }

  #connected(): void {
    this.#live = true;
    this.#wasLive = true;
    this.#unanswered = 0;
    this.#hasAnswered = false;
    if (this.#link?.presence === undefined) {
      this.#unsupported();
      return;
    }
    this.#setStatus('live');
    this.#join();
    this.#ask();
    this.#planRefresh();
  }

  #disconnected(): void {
    this.#live = false;
    this.#isAsking = false;
    this.#cancelAnswer?.();
    this.#cancelRefresh?.();
    this.#renewal.cancel();
  }

  #refused(code: string, detail: string | undefined): void {
    if (this.#status === 'closed') return;
    this.#isUnsupported = false;
    this.#setStatus('closed');
    // `closed` is an owner who has gone, and no refusal.
    if (code === 'closed') return;
    const kind = code === 'rejected' ? 'rejected' : 'unauthorized';
    this.#ports.problem(new TransportError(kind, detail ?? 'The server refuses to say who is here.'));
  }

  #replaced(): void {
    this.#disconnected();
    this.#state = NOBODY;
    this.#wasLive = false;
    this.#isUnsupported = false;
    this.#listsWithoutUs = 0;
    this.#setStatus('connecting');
  }

  // — Asking ————————————————————————————————————————————————————————————————————————————————————————————————

  #join(): void {
    const membership = this.#membership;
    if (membership !== undefined) this.#hand((presence) => presence.join(membership.id, membership.info));
  }

  /** Hands over what matters for this connection only: where that is gone, the next one begins with all of it anew. */
  #hand(command: (presence: NonNullable<PresenceLink['presence']>) => Promise<void>): void {
    const presence = this.#link?.presence;
    if (presence === undefined) return;
    command(presence).catch((error: unknown) => {
      if (!(error instanceof TransportError)) throw error;
    });
  }

  #ask(): void {
    const presence = this.#link?.presence;
    if (!this.#live || this.#isAsking || presence === undefined) return;
    this.#isAsking = true;
    this.#asksAgain = false;
    this.#state = listAsked(this.#state);
    this.#cancelAnswer?.();
    this.#cancelAnswer = this.#ports.clock.after(TIMES.answer, () => this.#notAnswered());
    this.#hand((port) => port.request());
  }

  #notAnswered(): void {
    this.#isAsking = false;
    this.#unanswered++;
    if (this.#hasAnswered) return;
    if (this.#unanswered < MOST_UNANSWERED) this.#ask();
    else this.#unsupported();
  }

  /** AnyCable could not read the list, which passes; the embedded server has none here. Who had a list knows which. */
  #answeredByError(): void {
    this.#isAsking = false;
    this.#cancelAnswer?.();
    this.#unanswered++;
    const passes = this.#hasAnswered || (this.#state.isKnown && this.#unanswered < MOST_UNANSWERED);
    if (passes) this.#waiting.rejectAll(failed());
    else this.#unsupported();
  }

  #planRefresh(): void {
    this.#cancelRefresh?.();
    const { clock, random, isVisible } = this.#ports;
    // Spread by half, so that the pages of a restarted server do not all ask at once.
    this.#cancelRefresh = clock.after(TIMES.refresh * (0.75 + random() / 2), () => {
      if (isVisible()) this.#ask();
      this.#planRefresh();
    });
  }

  // — Facts —————————————————————————————————————————————————————————————————————————————————————————————————

  #received(event: PresenceEvent): void {
    if (this.#closed) return;
    if (event.type === 'error') {
      this.#answeredByError();
      return;
    }
    const { state, changes } = reducePresence(this.#state, event);
    this.#state = state;
    if (event.type === 'info') this.#answered();
    this.#refresh();
    for (const change of changes) this.#ports.memberChanged(change);
    if (event.type !== 'info') return;
    this.#waiting.resolveAll(this.#state.members);
    if (this.#asksAgain) this.#ask();
    else this.#lookForUs();
  }

  /** A join has no answer: that it was refused shows by the lists only. */
  #lookForUs(): void {
    const membership = this.#membership;
    if (membership === undefined || this.#state.members.has(membership.id)) {
      this.#listsWithoutUs = 0;
      return;
    }
    this.#listsWithoutUs++;
    if (this.#listsWithoutUs < MOST_WITHOUT_US) this.#ask();
    else if (this.#listsWithoutUs === MOST_WITHOUT_US) this.#ports.problem(notListed(membership.id));
  }

  #answered(): void {
    this.#isAsking = false;
    this.#hasAnswered = true;
    this.#cancelAnswer?.();
    if (!this.#isUnsupported) return;
    this.#isUnsupported = false;
    if (this.#live) this.#setStatus('live');
  }

  #unsupported(): void {
    this.#waiting.rejectAll(unsupported());
    if (this.#isUnsupported) return;
    this.#isUnsupported = true;
    this.#setStatus('unsupported');
    this.#ports.problem(unsupported());
  }

  #setStatus(status: PresenceStatus): void {
    this.#status = this.#isUnsupported ? 'unsupported' : status;
    this.#refresh();
  }

  #refresh(): void {
    const { members, isKnown } = this.#state;
    const before = this.#view;
    if (before.status === this.#status && before.members === members && before.isKnown === isKnown) return;
    this.#view = { status: this.#status, members, isKnown };
    this.#ports.viewChanged(this.#view);
  }
}

function isSameMember(a: PresenceMember | undefined, b: PresenceMember | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.id === b.id && isSameJson(a.info, b.info);
}

function unsupported(): PresenceError {
  const how = 'AnyCable has it with a broker, over actioncable-v1-ext-json, on channels with a presence stream.';
  return new PresenceError('unsupported', `The server does not say who is here. ${how}`);
}

function failed(): PresenceError {
  return new PresenceError('failed', 'The server could not read the list of who is here.');
}

function notListed(id: string): PresenceError {
  const who = `This visitor has joined as ${JSON.stringify(id.slice(0, 60))} and is not on the list.`;
  const why =
    'The server refuses the join where it joins its visitors itself (leave member-id out), or has no more room.';
  return new PresenceError('not_listed', `${who} ${why}`);
}

function closed(): PresenceError {
  return new PresenceError('closed', 'The list of who is here is not kept any more.');
}

import type { Clock, Random } from '../clock.js';
import { ProtocolError, TransportError } from '../errors.js';
import { ActionLane } from './action-lane.js';
import type { ActionAnswer } from './action-answer.js';
import type { PostedAction } from './http-actions.js';
import { reconnectDelay } from './reconnect.js';
import { isSameState } from './same-state.js';
import type {
  ConnectionState,
  MessageMeta,
  Subscription,
  SubscriptionObserver,
  SubscriptionParams,
  Transport,
} from './transport.js';

/** AnyCable's channel for signed streams: https://docs.anycable.io/anycable-go/signed_streams */
const SIGNED_STREAMS = '$pubsub';

export interface DirectStreamOptions {
  /** What the frames come over. */
  readonly cable: Transport;
  /** Posts an action; see HttpActions. */
  readonly post: (action: PostedAction, signal: AbortSignal) => Promise<ActionAnswer>;
  /** The signed name of the stream of one conversation, as the page was given it. For any other, the server is asked. */
  readonly given: { readonly conversationId: string; readonly signedStreamName: string } | undefined;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * Conversations without a channel: frames come over a signed stream, actions are posted, and what a channel would have
 * transmitted is in the answer. A subscription is as live as its stream; an action that HTTP does not carry rejects, and
 * is sent again by whoever wanted it.
 */
export class DirectStreamTransport implements Transport {
  readonly #options: DirectStreamOptions;
  readonly #subscriptions = new Set<DirectSubscription>();
  #given: DirectStreamOptions['given'];

  constructor(options: DirectStreamOptions) {
    this.#options = options;
    this.#given = options.given;
  }

  /** `params` has `conversation_id`; the channel is always that of signed streams. */
  subscribe(_channel: string, params: SubscriptionParams, observer: SubscriptionObserver): Subscription {
    const conversationId = String(params['conversation_id']);
    const name = this.#given?.conversationId === conversationId ? this.#given.signedStreamName : undefined;
    // The page's name is good for once: whoever subscribes again has been refused, or is another visitor than the one that
    // the page was made for.
    this.#given = undefined;
    const subscription = new DirectSubscription(conversationId, observer, this.#options, () =>
      this.#subscriptions.delete(subscription),
    );
    this.#subscriptions.add(subscription);
    subscription.start(name);
    return subscription;
  }

  reconnect(): void {
    for (const subscription of [...this.#subscriptions]) subscription.retryNow();
    this.#options.cable.reconnect?.();
  }

  wake(): void {
    const { cable } = this.#options;
    const subscriptions = [...this.#subscriptions];
    const isOffline = subscriptions.some(({ status }) => status === 'offline');
    for (const subscription of subscriptions) subscription.wake();
    if (cable.wake !== undefined) cable.wake();
    else if (isOffline) cable.reconnect?.();
  }
}

class DirectSubscription implements Subscription {
  readonly #conversationId: string;
  readonly #observer: SubscriptionObserver;
  readonly #options: DirectStreamOptions;
  readonly #ended: () => void;
  readonly #lane: ActionLane;
  #stream: Subscription | undefined;
  #state: ConnectionState | undefined;
  #attempt = 0;
  #cancelRetry: (() => void) | undefined;
  #closed = false;

  constructor(conversationId: string, observer: SubscriptionObserver, options: DirectStreamOptions, ended: () => void) {
    this.#conversationId = conversationId;
    this.#observer = observer;
    this.#options = options;
    this.#ended = ended;
    this.#lane = new ActionLane(options);
  }

  get status(): ConnectionState['status'] | undefined {
    return this.#state?.status;
  }

  start(signedStreamName: string | undefined): void {
    this.#tell({ status: 'connecting' });
    if (signedStreamName === undefined) void this.#askForStream();
    else this.#listen(signedStreamName);
  }

  /** Somebody wants a connection now, also one that was given up. */
  retryNow(): void {
    if (this.#closed) return;
    if (this.#cancelRetry !== undefined || (this.#state?.status === 'closed' && this.#stream === undefined)) {
      this.#stopRetry();
      this.start(undefined);
    }
  }

  wake(): void {
    if (this.#cancelRetry !== undefined) this.retryNow();
  }

  async perform(action: string, data: Readonly<Record<string, unknown>>): Promise<void> {
    if (this.#closed || this.#state?.status !== 'live') {
      throw new TransportError('not_connected', `${action} was not sent: there is no connection.`);
    }
    const posted = { ...data, action, conversation_id: this.#conversationId };
    const answer = await this.#lane.send(posted);
    if (answer.kind === 'refused') this.#receive([refusal(posted, answer)]);
    else this.#receive(this.#framesOf(answer));
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#stopRetry();
    this.#lane.clear();
    try {
      this.#stream?.close();
    } finally {
      this.#ended();
    }
  }

  #listen(signed_stream_name: string): void {
    const stream = this.#options.cable.subscribe(
      SIGNED_STREAMS,
      { signed_stream_name },
      {
        stateChanged: (state) => {
          if (state.status !== 'live') this.#lane.interrupt();
          this.#tell(state);
        },
        messageReceived: (message, meta) => this.#streamed(message, meta),
        historyLost: () => this.#observer.historyLost(),
      },
    );
    // Whoever was told before `subscribe` returned may have closed this.
    if (this.#closed) stream.close();
    else this.#stream = stream;
  }

  /** Whoever may listen may whisper, where the server lets them; only what the broker has passed on has an offset. */
  #streamed(message: unknown, meta: MessageMeta | undefined): void {
    if (meta?.offset === undefined) this.#observer.messageRefused?.(forged());
    else this.#observer.messageReceived(message, meta);
  }

  async #askForStream(): Promise<void> {
    const action = { action: 'stream', conversation_id: this.#conversationId };
    try {
      const answer = await this.#lane.send(action);
      if (this.#closed) return;
      if (answer.kind === 'refused') {
        this.#halt('rejected', answer.message);
        return;
      }
      const frames = this.#framesOf(answer);
      if (answer.kind === 'answered' && answer.signedStreamName !== undefined) {
        this.#attempt = 0;
        this.#listen(answer.signedStreamName);
        return;
      }
      // Such as an error: somebody else's conversation.
      this.#receive(frames);
      if (frames.length === 0) this.#observer.messageRefused?.(nameless());
    } catch (error) {
      if (!(error instanceof TransportError || error instanceof ProtocolError)) throw error;
    }
    if (!this.#closed && this.#state?.status !== 'closed') this.#planRetry();
  }

  #planRetry(): void {
    const { clock, random } = this.#options;
    this.#tell({ status: 'offline', reason: { code: 'network', detail: 'the server named no stream' } });
    this.#cancelRetry = clock.after(reconnectDelay(this.#attempt++, random), () => {
      this.#cancelRetry = undefined;
      void this.#askForStream();
    });
  }

  /** @throws TransportError where there are none */
  #framesOf(answer: Exclude<ActionAnswer, { kind: 'refused' }>): readonly unknown[] {
    switch (answer.kind) {
      case 'answered':
        return answer.frames;
      case 'signed-out':
        this.#halt('unauthorized', answer.message);
        throw new TransportError('unauthorized', answer.message);
      case 'forbidden':
        this.#halt('rejected', answer.message);
        throw new TransportError('rejected', answer.message);
      case 'failed':
        if (answer.error instanceof TransportError) throw answer.error;
        this.#observer.messageRefused?.(answer.error);
        throw new TransportError('request_failed', answer.error.message, { cause: answer.error });
    }
  }

  #receive(frames: readonly unknown[]): void {
    for (const frame of frames) if (!this.#closed) this.#observer.messageReceived(frame);
  }

  /** Until somebody asks for another attempt. */
  #halt(code: 'unauthorized' | 'rejected', detail: string): void {
    const stream = this.#stream;
    this.#stream = undefined;
    stream?.close();
    this.#lane.interrupt();
    this.#tell({ status: 'closed', reason: { code, detail } });
  }

  #tell(state: ConnectionState): void {
    if (this.#closed || isSameState(this.#state, state)) return;
    this.#state = state;
    this.#observer.stateChanged(state);
  }

  #stopRetry(): void {
    this.#cancelRetry?.();
    this.#cancelRetry = undefined;
  }
}

/** What the server would have said, had it taken the action to its channel. */
function refusal(
  action: PostedAction,
  { code, message }: Extract<ActionAnswer, { kind: 'refused' }>,
): Readonly<Record<string, unknown>> {
  const { conversation_id, client_id = null, message_id } = action;
  const target = message_id === undefined ? {} : { message_id };
  return { type: 'error', conversation_id, client_id, ...target, code, message, retryable: false };
}

function forged(): ProtocolError {
  const why = 'It may be another visitor’s whisper; a server without a broker sends all of its frames like this.';
  return new ProtocolError('forged_frame', `A frame without the broker’s offset was dropped. ${why}`);
}

function nameless(): ProtocolError {
  return new ProtocolError('malformed_answer', 'The actions’ endpoint answered "stream" without a signed_stream_name.');
}

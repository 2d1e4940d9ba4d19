/** The subjects as a page uses them, behind one face. Runs in the browser. */
import { createConsumer } from '@rails/actioncable';
import { Channel, createCable } from '@anycable/web';
import { documentContext, readConfig } from '../../../../widget/src/config.js';
import { acquireSession } from '../../../../widget/src/session-pool.js';
import type { ClientKind } from '../subjects.js';

export interface Listener {
  /** Subscribed, for the first time. */
  ready(): void;
  text(piece: string): void;
  /** `complete`, or how else it ended. */
  ended(status: string): void;
}

export interface Client {
  /** Asks, where the answer has to be asked for; the plain clients just listen. */
  ask(question: string): void;
  /** What is on the screen, where the client knows that; and the message that it is. */
  shown(): { readonly text: string; readonly messageId: string } | undefined;
  close(): void;
}

export interface ClientOptions {
  /** Of the cable, through the client's own proxy. */
  readonly url: string;
  readonly stream: string;
}

export function openClient(kind: ClientKind, options: ClientOptions, listener: Listener): Client {
  switch (kind) {
    case 'actioncable':
      return openActionCable(options, listener);
    case 'anycable':
      return openAnyCable(createCable(options.url), options, listener);
    case 'anycable-extended':
      return openAnyCable(createCable(options.url, { protocol: 'actioncable-v1-ext-json' }), options, listener);
    case 'cable-chat':
      return openCableChat(options, listener);
  }
}

/** What the usual recipe does with a message: append a chunk, finish at `complete`. */
function receive(message: unknown, listener: Listener): void {
  const { type, content } = message as { type?: unknown; content?: unknown };
  if (type === 'chunk') listener.text(String(content));
  else if (type === 'complete') listener.ended('complete');
}

function openActionCable({ url, stream }: ClientOptions, listener: Listener): Client {
  const consumer = createConsumer(url);
  consumer.subscriptions.create(
    { channel: 'BenchChannel', stream },
    { connected: () => listener.ready(), received: (message) => receive(message, listener) },
  );
  return { ask: () => undefined, shown: () => undefined, close: () => consumer.disconnect() };
}

class BenchChannel extends Channel<{ stream: string }> {
  static override readonly identifier = 'BenchChannel';
}

function openAnyCable(cable: ReturnType<typeof createCable>, { stream }: ClientOptions, listener: Listener): Client {
  const channel = new BenchChannel({ stream });
  channel.on('connect', () => listener.ready());
  channel.on('message', (message: unknown) => receive(message, listener));
  cable.subscribe(channel);
  return { ask: () => undefined, shown: () => undefined, close: () => cable.disconnect() };
}

/** The very session that the element holds, with everything that it is made of in a page. */
function openCableChat({ url }: ClientOptions, listener: Listener): Client {
  const { session, release } = acquireSession(readConfig({ url }, documentContext()));
  const lookForReady = (): void => {
    if (session.view.connection === 'live') listener.ready();
  };
  session.subscribe(lookForReady);
  session.on('chunk', ({ content }) => listener.text(content));
  session.on('complete', ({ status }) => listener.ended(status));
  session.on('error', ({ error, messageId }) => {
    if (messageId !== undefined) listener.ended(error.reason);
  });
  lookForReady();
  return {
    ask: (question) => void session.ask(question),
    shown: () => {
      const answer = session.view.messages.findLast(({ role }) => role === 'assistant');
      return answer && { text: answer.text, messageId: answer.id };
    },
    close: release,
  };
}

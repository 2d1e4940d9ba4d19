/** Plays a transcript with the real server core and the real client core, and compares every frame and every text. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { createChatOn } from '../../../../templates/node/src/chat/chat.js';
import type { Caller, Chat, OutgoingFrame } from '../../../../templates/node/src/chat/index.js';
import { openStore } from '../../../../templates/node/src/chat/store.js';
import { ProviderError } from '../../../../templates/node/src/providers/provider.js';
import { reduce } from '../../../../widget/src/conversation/reduce.js';
import { selectThread } from '../../../../widget/src/conversation/select.js';
import {
  emptyConversation,
  isIncomplete,
  resumeCursors,
  type ConversationState,
} from '../../../../widget/src/conversation/state.js';
import { ProtocolError } from '../../../../widget/src/errors.js';
import {
  add,
  confirm,
  EMPTY_OUTBOX,
  markSent,
  refuse,
  type Outbox,
  type OutboxAction,
} from '../../../../widget/src/outbox/outbox.js';
import { decode } from '../../../../widget/src/protocol/decode.js';
import { temporaryDirectory } from '../../server/chat/support/host.js';
import { ManualClock } from '../../server/chat/support/manual-clock.js';
import { turnUntil } from '../../server/chat/support/recorder.js';
import { ScriptedProvider, type ScriptedAnswer } from '../../server/chat/support/scripted-provider.js';
import { Labels } from './labels.js';
import { shorten, type Json, type Step } from './transcript.js';

interface Sent {
  readonly by: 'transmit' | 'broadcast';
  readonly frame: OutgoingFrame;
}

const COALESCE_MS = 50;

export class Stage {
  readonly #test: TestContext;
  readonly #path: string;
  readonly #caller: Caller = { user: 'ada', conversationId: randomUUID() };
  readonly #labels = new Labels();
  readonly #sent: Sent[] = [];
  #clock = new ManualClock();
  #provider = new ScriptedProvider();
  #chat: Chat;
  #model: ScriptedAnswer | undefined;
  #dead: { readonly chat: Chat; readonly model: ScriptedAnswer } | undefined;
  #state: ConversationState;
  #outbox: Outbox = EMPTY_OUTBOX;

  constructor(test: TestContext) {
    this.#test = test;
    this.#path = join(temporaryDirectory(test), 'chat.sqlite3');
    this.#chat = this.#startServer();
    this.#state = emptyConversation(this.#caller.conversationId);
  }

  async play(steps: readonly Step[]): Promise<void> {
    for (const step of steps) {
      try {
        await this.#step(step);
      } catch (error) {
        if (error instanceof Error) error.message = `line ${step.line} of the page: ${error.message}`;
        throw error;
      }
    }
    if (this.#chat.openAnswers > 0 && this.#model === undefined) return;
    this.#assertQuiet();
  }

  async #step(step: Step): Promise<void> {
    switch (step.kind) {
      case 'perform':
        this.#assertQuiet();
        return this.#perform(step.action);
      case 'receive':
        return this.#receive(step);
      case 'shown':
        return this.#assertShown(step);
      case 'outbox':
        return assert.deepEqual(this.#waiting(), step.entries);
      case 'says':
        return this.#says(step.text);
      case 'ends':
        (await this.#answer()).end();
        this.#model = undefined;
        return;
      case 'fails':
        (await this.#answer()).fail(
          new ProviderError('provider_error', 'HTTP 500', 'The model failed. Please try again.', true, {
            requestId: 'req_42',
          }),
        );
        this.#model = undefined;
        return;
      case 'passes':
        this.#assertQuiet();
        return this.#clock.advance(step.milliseconds);
      case 'reload':
        this.#state = emptyConversation(this.#caller.conversationId);
        this.#outbox = EMPTY_OUTBOX;
        return;
      case 'crash':
        // The process before has no time any more: its clock stands still from here on.
        this.#dead = { chat: this.#chat, model: await this.#answer() };
        this.#clock = new ManualClock(this.#clock.now());
        this.#provider = new ScriptedProvider();
        this.#model = undefined;
        this.#chat = this.#startServer();
        return;
      case 'wakes':
        return this.#wake(step.text);
    }
  }

  #startServer(): Chat {
    const chat = createChatOn(openStore(this.#path), {
      provider: this.#provider,
      publish: (_conversationId, _owner, frame) => void this.#sent.push({ by: 'broadcast', frame }),
      clock: this.#clock,
    });
    chat.start();
    this.#test.after(() => chat.close());
    return chat;
  }

  #perform(written: Json): void {
    const { action, ...data } = this.#labels.toIds(written) as { readonly action: string };
    if (action === 'resume') assert.deepEqual(written, this.#labels.toLabels(this.#resume()), 'what the client sends');
    else if (action !== 'history') this.#remember({ action, ...data } as OutboxAction);
    this.#chat.perform(this.#caller, action, data, (frame) => this.#sent.push({ by: 'transmit', frame }));
  }

  #resume(): Json {
    const { interval } = this.#state;
    return {
      action: 'resume',
      ...(interval !== undefined && { since: interval.high }),
      cursors: resumeCursors(this.#state),
    };
  }

  /** An action that is in the outbox goes out again; another one is the visitor's new wish. */
  #remember(action: OutboxAction): void {
    const isAgain = this.#outbox.some((entry) => JSON.stringify(entry.action) === JSON.stringify(action));
    if (!isAgain) this.#outbox = add(this.#outbox, action, 0);
    for (const entry of this.#outbox) if (entry.state === 'queued') this.#outbox = markSent(this.#outbox, entry);
  }

  async #receive(step: Extract<Step, { kind: 'receive' }>): Promise<void> {
    await turnUntil(() => this.#sent.length > 0, `the server sends: ${JSON.stringify(step.frame)}`);
    if (step.frame === undefined) {
      this.#sent.length = 0;
      return;
    }
    const { by, frame } = this.#sent.shift() as Sent;
    assert.equal(frame.conversation_id, this.#caller.conversationId);
    const real: unknown = JSON.parse(JSON.stringify(frame));
    if (step.frame === 'hello') assert.equal(frame.type, 'hello');
    else {
      this.#labels.learn(step.frame, real);
      assert.deepEqual([by, shorten(this.#labels.toLabels(bare(real as Json)))], [step.by, shorten(step.frame)]);
    }
    if (!step.lost) this.#fold(real);
  }

  #fold(message: unknown): void {
    const frame = decode(message, this.#caller.conversationId);
    if (frame instanceof ProtocolError) throw frame;
    if (frame.type === 'error') this.#outbox = refuse(this.#outbox, frame);
    this.#state = reduce(this.#state, frame).state;
    this.#outbox = confirm(this.#outbox, this.#state);
  }

  #assertShown({ texts, last }: Extract<Step, { kind: 'shown' }>): void {
    const thread = selectThread(this.#state);
    assert.deepEqual(shorten(thread.map((message) => message.text.held)), shorten(texts));
    const end = thread.at(-1);
    const status = end === undefined ? 'empty' : `${end.status}${isIncomplete(end) ? ', incomplete' : ''}`;
    assert.equal(status, last);
  }

  #waiting(): readonly string[] {
    return this.#outbox.map(({ action, state }) => {
      const id = 'client_id' in action ? action.client_id : `${action.action} ${this.#label(action.message_id)}`;
      return state === 'failed' ? `${this.#label(id)} failed` : this.#label(id);
    });
  }

  #label(id: string): string {
    return this.#labels.toLabels(id) as string;
  }

  async #says(text: string): Promise<void> {
    const model = await this.#answer();
    model.say(text);
    await turnUntil(() => model.sent.endsWith(text), 'the model said it');
    await new Promise((resolve) => setImmediate(resolve));
    this.#clock.advance(COALESCE_MS);
  }

  async #answer(): Promise<ScriptedAnswer> {
    this.#assertQuiet();
    return (this.#model ??= await this.#provider.next());
  }

  /** It was not dead after all, only asleep: it must not add a word. */
  async #wake(text: string): Promise<void> {
    const dead = this.#dead;
    assert.ok(dead, 'a server died before');
    dead.model.say(text).end();
    await turnUntil(() => dead.chat.openAnswers === 0, 'its job has ended');
    this.#assertQuiet();
  }

  /** Nothing that the server sent is left out of the page. */
  #assertQuiet(): void {
    assert.deepEqual(this.#labels.toLabels(this.#sent.map(({ frame }) => bare({ ...frame }))), []);
  }
}

/** Without what transcripts leave out, once it was seen to be there. */
function bare(frame: Json): Json {
  const { conversation_id, ...rest } = frame;
  assert.equal(typeof conversation_id, 'string');
  if (!Array.isArray(rest['messages'])) return rest;
  const messages = (rest['messages'] as Json[]).map(({ created_at, ...entry }) => {
    assert.equal(typeof created_at, 'number');
    return entry;
  });
  return { ...rest, messages };
}

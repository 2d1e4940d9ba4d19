/**
 * The signed-stream mode at random: the real client, the real server core, HTTP that fails, doubles and delays, a stream
 * that loses, doubles and reorders, and somebody who whispers. At the end one answered resume is the server's state.
 */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { Caller } from '../../../templates/node/src/chat/index.js';
import { ActionError } from '../../../widget/src/errors.js';
import { type DirectHarness, startDirect } from '../../support/direct-session.js';
import { chunk } from '../../support/frames.js';
import { atRest, type ScriptedRequest } from '../../support/scripted-fetch.js';
import { randomFrom, seed } from '../../support/seed.js';
import { Host } from '../server/chat/support/host.js';

const TRIALS = process.env['TEST_FULL'] ? 200 : 20;
const STEPS = 120;
const ROUNDS = 300;
const CONVERSATION = '3f0c0a52-8a52-4f5e-9d8e-0d9a3a5b7c11';
const SIGNED = `ImNoYXQi--${'0a'.repeat(32)}`;
const CALLER: Caller = { user: 'ada', conversationId: CONVERSATION };
const WORDS = ['so ', 'é', '☂ ', '😀', '\n', 'and then ', '**bold** '];

interface Message {
  readonly id: string;
  readonly status: string;
  readonly text: string;
}

class Trial {
  readonly random: () => number;
  readonly host: Host;
  readonly page: DirectHarness;
  readonly broadcasts: { readonly frame: object; readonly offset: number }[] = [];
  asked = 0;
  #answered = 0;
  #offset = 0;

  constructor(context: TestContext, start: number) {
    this.random = randomFrom(start);
    this.host = new Host(context);
    this.host.onPublish = ({ frame }) => this.broadcasts.push({ frame, offset: ++this.#offset });
    this.page = startDirect({
      conversationId: CONVERSATION,
      ...(this.random() < 0.5 ? { signedStreamName: SIGNED } : {}),
    });
    context.after(() => this.page.session.close());
  }

  below(limit: number): number {
    return Math.floor(this.random() * limit);
  }

  /** Time passes for both. */
  advance(milliseconds: number): void {
    this.host.clock.advance(milliseconds);
    this.page.clock.advance(milliseconds);
  }

  step(): void {
    const steps = [this.ask, this.write, this.write, this.serve, this.serve, this.broadcast, this.broadcast];
    const faults = [this.connect, this.whisper, () => this.advance(this.below(4_000))];
    const all = [...steps, ...faults];
    all[this.below(all.length)]?.call(this);
  }

  ask(): void {
    if (this.asked >= 3) return;
    try {
      this.page.session.ask(`question ${this.asked + 1}`);
      this.asked++;
    } catch (error) {
      assert.ok(error instanceof ActionError && error.reason === 'busy');
    }
  }

  write(): void {
    const open = this.host.provider.answers.find(({ isOver }) => !isOver);
    if (this.random() < 0.15) open?.end();
    else open?.say(WORDS[this.below(WORDS.length)] ?? '');
    this.host.clock.advance(50);
  }

  /** One request gets what it came for, or does not; whether it was taken is another question. */
  serve(): void {
    const request = this.page.server.requests[this.#answered];
    if (request === undefined || this.random() < 0.2) return;
    this.#answered++;
    switch (this.below(8)) {
      case 0:
        return request.fail();
      case 1:
        return request.answer('', { status: 503, headers: { 'retry-after': '2' } });
      case 2:
        this.#take(request);
        return request.fail();
      case 3:
        this.#take(request);
        return request.answer('<html>');
      case 4:
        this.#take(request);
        return request.answer(this.#take(request));
      default:
        return request.answer(this.#take(request));
    }
  }

  /** Everything that waits is answered as it should be. */
  serveAll(): void {
    for (; this.#answered < this.page.server.requests.length; this.#answered++) {
      const request = this.page.server.requests[this.#answered];
      if (request?.isAborted === false) request.answer(this.#take(request));
    }
  }

  broadcast(): void {
    const [next] = this.broadcasts.splice(this.random() < 0.8 ? 0 : this.below(this.broadcasts.length), 1);
    const times = this.random() < 0.2 ? 0 : this.random() < 0.2 ? 2 : 1;
    if (next === undefined) return;
    for (let time = 0; time < times; time++) {
      this.stream?.deliver(next.frame, { stream: 'chat', epoch: 'e', offset: next.offset });
    }
  }

  connect(): void {
    const { stream } = this;
    if (stream === undefined) return;
    if (stream.state.status !== 'live') stream.accept({ restored: this.random() < 0.5 });
    else if (this.random() < 0.5) stream.drop();
    else stream.loseHistory();
  }

  whisper(): void {
    const [some] = this.page.session.view.messages.filter(({ role }) => role === 'assistant');
    const forged = chunk(some?.id ?? 'x', some === undefined ? 0 : Buffer.byteLength(some.text), 'FORGED');
    this.stream?.deliver({ ...forged, conversation_id: CONVERSATION });
  }

  get stream() {
    return this.page.transport.subscriptions.at(-1);
  }

  truth(): Message[] {
    return this.host
      .snapshot(CALLER, 'resume')
      .messages.map(({ id, status, content }) => ({ id, status, text: content }));
  }

  shown(): Message[] {
    const isSent = ({ status }: Message): boolean => !['pending', 'sending'].includes(status);
    return this.page.session.view.messages
      .map(({ id, status, text }) => ({ id, status: status === 'sent' ? 'complete' : status, text }))
      .filter(isSent);
  }

  /** What is shown is always a prefix of the true text. */
  check(): void {
    const truth = new Map(this.truth().map(({ id, text }) => [id, text]));
    for (const { id, text } of this.shown()) assert.ok(truth.get(id)?.startsWith(text), `${id} shows ${text}`);
  }

  #take({ body }: ScriptedRequest): object {
    const { action, conversation_id, ...data } = body;
    assert.equal(conversation_id, CONVERSATION);
    if (action === 'stream') return { frames: [], signed_stream_name: SIGNED };
    return { frames: JSON.parse(JSON.stringify(this.host.perform(CALLER, String(action), data))) as unknown };
  }
}

test(`${TRIALS} direct conversations at random, SEED=${seed}`, async (context) => {
  let frames = 0;
  for (let number = 0; number < TRIALS; number++) {
    const trial = new Trial(context, seed + number);
    const which = `trial ${number}, SEED=${seed + number}`;
    for (let step = 0; step < STEPS; step++) {
      trial.step();
      await atRest();
      trial.check();
    }
    // The weather clears for HTTP. The stream is live, and nothing comes over it any more.
    for (let round = 0; ; round++) {
      assert.ok(round < ROUNDS, `${which}: it never comes to rest`);
      trial.broadcasts.length = 0;
      if (trial.stream !== undefined && trial.stream.state.status !== 'live') trial.stream.accept();
      for (const answer of trial.host.provider.answers) if (!answer.isOver) answer.end();
      await trial.host.idle();
      const { view } = trial.page.session;
      const unsent = view.messages.some(({ status }) => status === 'pending' || status === 'sending');
      const questions = view.messages.filter(({ role }) => role === 'user').length;
      if (!unsent && view.connection === 'live' && questions === trial.asked) break;
      trial.serveAll();
      await atRest();
      trial.advance(1_000);
      await atRest();
    }
    trial.serveAll();
    await atRest();
    const before = trial.page.session.stats.resumes;
    trial.page.wake();
    trial.page.clock.advance(0);
    await atRest();
    trial.serveAll();
    await atRest();
    assert.equal(trial.page.session.stats.resumes, before + 1, which);
    assert.deepEqual(trial.shown(), trial.truth(), which);
    assert.equal(trial.truth().filter(({ text }) => text.startsWith('question')).length, trial.asked, which);
    frames += trial.page.session.stats.frames;
    trial.page.session.close();
  }
  assert.ok(frames > TRIALS * 10, 'something happened');
});

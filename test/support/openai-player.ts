/** Plays one script of the provider stand-in on one response. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ServerResponse } from 'node:http';
import { endSocket } from '../../create-app/src/chaos/end-socket.js';
import type { Outcome, Recording } from './openai-server.js';
import type { Gate, Script, Step, StreamScript } from './openai-script.js';

/** Why a script stops before its end. */
class Ended extends Error {
  constructor(readonly outcome: Outcome) {
    super(outcome);
  }
}

/** Never rejects: how it ended is in the recording. */
export async function play(
  script: Script,
  recording: Recording,
  response: ServerResponse,
  stopping: AbortSignal,
  model = 'stand-in',
): Promise<void> {
  const line = new Line(recording, response, stopping);
  try {
    recording.end(await perform(script, line, model));
  } catch (error) {
    recording.end(error instanceof Ended ? error.outcome : 'cut');
    response.destroy();
    if (!(error instanceof Ended)) throw error;
  }
}

async function perform(script: Script, line: Line, model: string): Promise<Outcome> {
  switch (script.kind) {
    case 'hang':
      return line.untilGone();
    case 'reset':
      return line.cut('reset');
    case 'wait':
      await line.pass(script.gate);
      return perform(script.script, line, model);
    case 'reply':
      line.reply(script.status, script.headers ?? {}, script.body);
      return script.status < 400 ? 'sent' : 'refused';
    case 'stream':
      return new StreamPlayer(script, line, model).run();
  }
}

/** The connection to one client, and what becomes of it. */
class Line {
  readonly #gone: Promise<never>;

  constructor(
    readonly recording: Recording,
    readonly response: ServerResponse,
    stopping: AbortSignal,
  ) {
    this.#gone = new Promise((_, reject) => {
      const leave = (): void => reject(new Ended(stopping.aborted ? 'stopped' : 'left'));
      stopping.addEventListener('abort', leave, { once: true });
      response.once('close', () => {
        stopping.removeEventListener('abort', leave);
        leave();
      });
    });
    // Looked at only while something is awaited.
    this.#gone.catch(() => undefined);
  }

  reply(status: number, headers: Readonly<Record<string, string>>, body: string): void {
    this.response.writeHead(status, { 'x-request-id': this.recording.id, ...headers });
    this.response.end(body);
  }

  async write(bytes: Uint8Array, bytewise: boolean): Promise<void> {
    for (const part of bytewise ? Array.from(bytes, (byte) => Uint8Array.of(byte)) : [bytes]) {
      if (this.response.destroyed) await this.#gone;
      if (!this.response.write(part))
        await this.#unless(new Promise((resolve) => this.response.once('drain', resolve)));
      if (bytewise) await this.#unless(nextTurn());
    }
  }

  async pass(gate: Gate): Promise<void> {
    gate.arrive();
    await this.#unless(gate.opened);
  }

  untilGone(): Promise<never> {
    return this.#gone;
  }

  cut(how: 'end' | 'fin' | 'reset'): Outcome {
    if (how === 'end') this.response.end();
    else if (this.response.socket) endSocket(this.response.socket, how === 'fin' ? 'end' : how);
    return 'cut';
  }

  #unless(promise: Promise<unknown>): Promise<unknown> {
    return Promise.race([promise, this.#gone]);
  }
}

class StreamPlayer {
  readonly #script: StreamScript;
  readonly #line: Line;
  readonly #model: string;
  readonly #newline: string;

  constructor(script: StreamScript, line: Line, model: string) {
    this.#script = script;
    this.#line = line;
    this.#model = model;
    this.#newline = script.newline ?? '\n';
  }

  async run(): Promise<Outcome> {
    const { recording, response } = this.#line;
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache',
      'x-request-id': recording.id,
      ...this.#script.headers,
    });
    response.flushHeaders();
    if (this.#script.bom === true) await this.#write('\uFEFF');
    for (const step of this.#script.steps) {
      const outcome = await this.#take(step);
      if (outcome !== undefined) return outcome;
    }
    response.end();
    return 'sent';
  }

  async #take(step: Step): Promise<Outcome | undefined> {
    switch (step.type) {
      case 'text':
        await this.#event(this.#chunk({ content: step.text }));
        this.#sent(step.text);
        return undefined;
      case 'refusal':
        await this.#event(this.#chunk({ refusal: step.text }));
        this.#sent(step.text);
        return undefined;
      case 'chunk':
        await this.#event(JSON.stringify(step.value));
        this.#sent(step.text ?? '');
        return undefined;
      case 'role':
        await this.#event(this.#chunk({ role: 'assistant', content: '', refusal: null }));
        return undefined;
      case 'finish':
        await this.#event(this.#chunk({}, step.reason));
        return undefined;
      case 'usage':
        await this.#event(this.#usage());
        return undefined;
      case 'done':
        await this.#event('[DONE]');
        return undefined;
      case 'error':
        await this.#event(JSON.stringify({ error: step.error }));
        return undefined;
      case 'comment':
        await this.#write(`: ${step.text}${this.#newline}${this.#newline}`);
        return undefined;
      case 'raw':
        await this.#write(step.bytes);
        this.#sent(step.text ?? '');
        return undefined;
      case 'wait':
        await this.#line.pass(step.gate);
        return undefined;
      case 'hang':
        return this.#line.untilGone();
      case 'cut': {
        const half = step.half === undefined ? '' : `data: ${this.#chunk({ content: step.half })}`;
        await this.#write(half.slice(0, -3));
        return this.#line.cut(step.how);
      }
    }
  }

  #sent(text: string): void {
    this.#line.recording.sentText += text;
  }

  #event(data: string): Promise<void> {
    return this.#write(`data: ${data}${this.#newline}${this.#newline}`);
  }

  async #write(content: string | Uint8Array): Promise<void> {
    const bytes = typeof content === 'string' ? Buffer.from(content, 'utf8') : content;
    if (bytes.length > 0) await this.#line.write(bytes, this.#script.bytewise === true);
  }

  #chunk(delta: Readonly<Record<string, unknown>>, finish: string | null = null): string {
    return JSON.stringify({
      ...this.#envelope(),
      choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
    });
  }

  /** As with `stream_options.include_usage`: no choices at all. Some servers send it unasked. */
  #usage(): string {
    const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
    return JSON.stringify({ ...this.#envelope(), choices: [], usage });
  }

  #envelope(): Readonly<Record<string, unknown>> {
    const id = `chatcmpl-${this.#line.recording.id}`;
    return { id, object: 'chat.completion.chunk', created: 1_700_000_000, model: this.#model };
  }
}

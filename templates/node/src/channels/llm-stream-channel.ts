import { createHash } from 'node:crypto';
import type { Broadcast, Channel, JsonObject } from '../cable/channel.js';
import { systemClock, type Clock } from '../chat/clock.js';
import { Coalescer } from '../chat/coalescer.js';
import { resolveOptions, type ChatOptions } from '../chat/options.js';
import { readPieces } from '../chat/pieces.js';
import { utf8Length } from '../chat/utf8.js';
import { silentLogger, type Logger } from '../logger.js';
import { ProviderError, type Provider } from '../providers/provider.js';

export interface LlmStreamConfig {
  readonly provider: Provider;
  readonly broadcast: Broadcast;
  readonly clock?: Clock;
  readonly options?: Partial<ChatOptions>;
  readonly logger?: Logger;
}

export interface LlmStreamChannel extends Channel {
  /** Stops the answers under way and resolves when they have ended. */
  close(): Promise<void>;
}

interface Running {
  readonly controller: AbortController;
  readonly ended: Promise<void>;
}

/**
 * The plain channel: `generate` with a `prompt` streams `{type: "chunk", content}` and then `{type: "complete"}`, or
 * `{type: "error", message}`, to the caller's own stream. It keeps nothing and knows of no conversation, so it promises
 * what its transport does and no more; AssistantChannel is the one that promises everything.
 *
 * One answer at a time for each user. It is generated after the action has returned: an action that lasts would block the
 * caller's next command, or be cut off by the RPC's time-out under AnyCable.
 */
export function createLlmStreamChannel(config: LlmStreamConfig): LlmStreamChannel {
  const { provider, broadcast, clock = systemClock, logger = silentLogger } = config;
  const options = resolveOptions(config.options);
  const running = new Map<string, Running>();
  let isClosed = false;

  /** Streams the answer and returns the frame that closes it. */
  async function generate(stream: string, prompt: string, signal: AbortSignal): Promise<JsonObject> {
    const coalescer = new Coalescer({
      ms: options.coalesceMs,
      bytes: options.coalesceBytes,
      clock,
      emit: (content) => send(stream, { type: 'chunk', content }),
    });
    let bytes = 0;
    try {
      const request = {
        system: options.systemPrompt,
        turns: [{ role: 'user', content: prompt }] as const,
        model: options.model,
        maxTokens: options.maxTokens,
        timeouts: { firstByte: options.firstByteMs, idle: options.idleMs },
      };
      await readPieces({ provider, clock, logger }, request, signal, (piece) => {
        coalescer.push(piece);
        bytes += utf8Length(piece);
        return bytes < options.answerBytes;
      });
      coalescer.flush();
      return { type: 'complete' };
    } catch (error) {
      coalescer.flush();
      if (!signal.aborted) logger.warn('a plain answer failed', { provider: provider.name, error });
      return { type: 'error', message: publicMessage(error, signal) };
    } finally {
      coalescer.discard();
    }
  }

  /** May be called by a timer; and the stream's end must come even if a piece could not be sent. */
  function send(stream: string, message: JsonObject): void {
    try {
      broadcast(stream, message);
    } catch (error) {
      logger.error('a broadcast failed', { stream, error });
    }
  }

  return {
    subscribed(context) {
      context.streamFrom(streamName(context.identity.user, context.params));
    },

    perform(context, action, data) {
      const refuse = (message: string): void => context.transmit({ type: 'error', message });
      if (action !== 'generate') return refuse('This action is not known here.');
      if (isClosed) return refuse('The server is shutting down. Please ask again in a moment.');
      const { user } = context.identity;
      const prompt = data['prompt'];
      if (typeof prompt !== 'string' || prompt.trim() === '') return refuse('prompt must be a text that is not empty.');
      if (utf8Length(prompt) > options.messageBytes) {
        return refuse(`The prompt is too long: at most ${options.messageBytes} bytes are taken.`);
      }
      if (running.has(user)) return refuse('The last answer is not finished yet. Please wait for it.');
      if (running.size >= options.answersAtOnce)
        return refuse('Many answers are under way. Please try again in a moment.');
      const controller = new AbortController();
      const cancelTimer = clock.after(options.answerMs, () => controller.abort(new Error('the answer took too long')));
      const stream = streamName(user, context.params);
      const ended = Promise.resolve()
        .then(() => generate(stream, prompt, controller.signal))
        .then((closing) => {
          cancelTimer();
          running.delete(user); // before it is told: who hears of the end may ask again
          send(stream, closing);
        });
      running.set(user, { controller, ended });
    },

    async close() {
      isClosed = true;
      for (const { controller } of running.values()) controller.abort(new Error('the server is shutting down'));
      await Promise.all([...running.values()].map((answer) => answer.ended));
    },
  };
}

/** The caller's own, and one for each set of parameters. Of a fixed length, whatever the page sends. */
function streamName(user: string, params: JsonObject): string {
  const canonical = JSON.stringify(Object.entries(params).sort(([a], [b]) => (a < b ? -1 : 1)));
  return `llm/${encodeURIComponent(user)}/${createHash('sha256').update(canonical).digest('hex').slice(0, 32)}`;
}

function publicMessage(error: unknown, signal: AbortSignal): string {
  if (signal.aborted) return 'The answer was interrupted. Please ask again.';
  return error instanceof ProviderError ? error.publicMessage : 'Something went wrong on the server. Please ask again.';
}

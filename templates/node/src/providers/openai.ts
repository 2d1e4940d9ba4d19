import { OpenAI } from 'openai';
import type { ChatCompletionCreateParamsStreaming } from 'openai/resources/chat/completions';
import { CodePointJoiner } from './code-points.js';
import { BodyTap } from './openai/body-tap.js';
import { readChunk } from './openai/chunk.js';
import { brokenOff, complaintOf, emptyAnswer, failureOf, silent } from './openai/failure.js';
import type { Failing } from './openai/failure.js';
import { cleanRequestId, createRedact } from './openai/redact.js';
import { TokenLimitNames } from './openai/token-limit.js';
import type { TokenLimitField } from './openai/token-limit.js';
import { unstreamed } from './openai/unstreamed.js';
import { Watchdog } from './openai/watchdog.js';
import { readBaseURL, readKey } from './openai/settings.js';
import type { AnswerRequest, FinishReason, Provider } from './provider.js';
import { systemTimers } from './timers.js';
import type { Timers } from './timers.js';

export interface OpenAIOptions {
  /** Absent: a server that wants none, as local ones do. Sent as a bearer token; in no message and no log. */
  readonly apiKey?: string | undefined;
  /** Absent: OpenAI's own, `https://api.openai.com/v1`. */
  readonly baseURL?: string | undefined;
  /** For requests that name none. */
  readonly model?: string | undefined;
  /** Which name the limit of an answer's length goes by; absent: see TokenLimitNames. */
  readonly tokenLimitField?: TokenLimitField | undefined;
  readonly timers?: Timers;
}

export const DEFAULT_BASE_URL = 'https://api.openai.com/v1';
export const DEFAULT_MODEL = 'gpt-4.1-mini';

/** The client demands a key; servers that want none ignore it. */
const PLACEHOLDER_KEY = 'no-key';
/** `[DONE]` follows the last chunk at once, and reading it keeps the connection for the next answer. */
const DRAIN_MS = 1_000;

/**
 * Any OpenAI-compatible server, through the official client. Throws ProviderConfigurationError for a key or an address
 * that cannot work.
 *
 * An answer is complete only if the server said so (`finish_reason` or `[DONE]`): a stream that merely ends is a failure.
 *
 * The client's own retries are off. An answer is one generation, and only the visitor makes another attempt; a retry
 * within would cost twice, sleep through Stop for as long as `retry-after` says, and be unknown to every deadline.
 */
export function createOpenAIProvider(options: OpenAIOptions = {}): Provider {
  const apiKey = readKey(options.apiKey);
  const baseURL = readBaseURL(options.baseURL ?? DEFAULT_BASE_URL);
  const redact = createRedact(apiKey);
  const limitNames = new TokenLimitNames(baseURL, options.tokenLimitField);
  const timers = options.timers ?? systemTimers;

  const client = new OpenAI({
    apiKey: apiKey ?? PLACEHOLDER_KEY,
    baseURL: baseURL.href,
    maxRetries: 0,
    // The watchdog decides alone; this only keeps the client's own 10 minutes out of its way.
    timeout: 2 ** 31 - 1,
    // It would log events that it cannot read: a visitor's conversation.
    logLevel: 'off',
    // Not from the environment: an id of OpenAI's is no business of another server's.
    organization: null,
    project: null,
  });

  async function* answer(request: AnswerRequest): AsyncGenerator<string, FinishReason, void> {
    request.signal.throwIfAborted();
    const model =
      request.model === '' || request.model === 'default' ? (options.model ?? DEFAULT_MODEL) : request.model;
    const watchdog = new Watchdog(request.timeouts, timers);
    const tap = new BodyTap(() => watchdog.beat());
    const over = new AbortController();
    const signal = AbortSignal.any([request.signal, watchdog.signal, over.signal]);
    const joiner = new CodePointJoiner();
    let failing: Failing = { host: baseURL.host, model, hasKey: apiKey !== undefined, redact, requestId: undefined };
    let finish: FinishReason | undefined;
    let spoke = false;

    try {
      watchdog.wait();
      const { data, response, request_id } = await open(
        client.withOptions({ fetch: tap.fetch }),
        model,
        request,
        signal,
      );
      failing = { ...failing, requestId: cleanRequestId(request_id) };
      await unstreamed(response, failing);
      const chunks = data[Symbol.asyncIterator]();
      for (;;) {
        watchdog.wait();
        const next = await chunks.next();
        watchdog.pause();
        tap.event();
        if (next.done === true) break;
        const meaning = readChunk(next.value);
        if (meaning.type === 'error') throw complaintOf(undefined, meaning.error, failing);
        const text = joiner.push(meaning.text);
        if (text !== '') {
          spoke = true;
          yield text;
          request.signal.throwIfAborted();
        }
        finish ??= meaning.finish;
        if (finish !== undefined) watchdog.shorten(DRAIN_MS);
      }
    } catch (error) {
      // After the end that was told, nothing that happens to the connection takes anything from the answer.
      if (!request.signal.aborted && finish === undefined && !watchdog.expired) throw failureOf(error, failing);
    } finally {
      watchdog.stop();
      over.abort();
    }

    // The client ends an aborted stream as if it were over, so the reasons are looked at here.
    request.signal.throwIfAborted();
    if (finish === undefined && tap.saidDone) finish = 'stop';
    if (finish === undefined && watchdog.expired) {
      throw silent(failing.host, watchdog.expired.phase, watchdog.expired.ms, failing.requestId);
    }
    if (finish === undefined) throw brokenOff(failing);
    const rest = joiner.flush();
    if (rest !== '') yield rest;
    else if (!spoke && finish !== 'content_filter') throw emptyAnswer(failing, finish === 'length');
    return finish;
  }

  async function open(opener: OpenAI, model: string, request: AnswerRequest, signal: AbortSignal) {
    const used = limitNames.fieldFor(model);
    try {
      return await opener.chat.completions.create(body(model, request, used), { signal }).withResponse();
    } catch (error) {
      if (!limitNames.learn(model, used, error)) throw error;
      const other = limitNames.fieldFor(model);
      return await opener.chat.completions.create(body(model, request, other), { signal }).withResponse();
    }
  }

  return { name: 'openai', answer };
}

function body(model: string, request: AnswerRequest, limit: TokenLimitField): ChatCompletionCreateParamsStreaming {
  const turns = request.turns.map(({ role, content }) => ({ role, content }));
  return {
    model,
    messages: request.system === '' ? turns : [{ role: 'system', content: request.system }, ...turns],
    stream: true,
    [limit]: request.maxTokens,
  };
}

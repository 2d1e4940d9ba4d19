import type { Provider } from '../providers/provider.js';
import type { Closing } from './answer-store.js';
import { endingOf, Interruption } from './answer-ending.js';
import { AnswerWriter } from './answer-writer.js';
import type { Clock, MintId } from './clock.js';
import { Coalescer } from './coalescer.js';
import { buildContext } from './context.js';
import type { OutgoingFrame } from './effects.js';
import { ChatError } from './errors.js';
import type { LeaseKeeper } from './lease-keeper.js';
import type { Logger } from '../logger.js';
import type { ChatOptions } from './options.js';
import { readPieces } from './pieces.js';
import type { MessageRow } from './rows.js';
import type { Store } from './store.js';
import type { UnstoredEndings } from './unstored-endings.js';
import { utf8Length } from './utf8.js';

export interface AnswerJobDeps {
  readonly store: Store;
  readonly provider: Provider;
  readonly leases: LeaseKeeper;
  readonly clock: Clock;
  readonly mintId: MintId;
  readonly options: ChatOptions;
  readonly logger: Logger;
  /** Must not throw. */
  readonly broadcast: (conversationId: string, owner: string, frame: OutgoingFrame) => void;
  /** For a process that has the database to itself. */
  readonly endings?: UnstoredEndings;
}

/**
 * Generates one answer: claim, then the provider's pieces, each stored before anybody sees it, then the end. A job that
 * is run twice, or for an answer that is not queued any more, does nothing.
 *
 * `signal` with an Interruption as its reason stops it: `shutdown` closes the answer as interrupted, with what there is of
 * it; after `unwanted` it writes nothing more, for somebody else has closed it, nor after `killed`. Never rejects but for
 * a bug or a claim that the database refused: how an answer ended is in its row.
 */
export async function runAnswer(deps: AnswerJobDeps, messageId: string, signal: AbortSignal): Promise<void> {
  const lease = deps.mintId();
  const answer = deps.store.answers.claim(messageId, lease, deps.leases.deadline());
  if (answer === undefined) return;
  const owner = deps.store.conversations.conversation(answer.conversationId)?.owner ?? '';
  const stop = new AbortController();
  const writer = new AnswerWriter(deps, answer, owner, lease, {
    onLost: () => stop.abort(new Interruption('lease-lost')),
    onFailure: (error) => stop.abort(error),
  });
  const release = deps.leases.hold(messageId, lease, () => stop.abort(new Interruption('lease-lost')));
  const cancelTimer = deps.clock.after(deps.options.answerMs, () => stop.abort(new Interruption('too-long')));
  const coalescer = new Coalescer({
    ms: deps.options.coalesceMs,
    bytes: deps.options.coalesceBytes,
    clock: deps.clock,
    emit: (text) => writer.write(text),
  });
  try {
    const ending = await generate(deps, answer, AbortSignal.any([signal, stop.signal]), coalescer, writer);
    await writer.finish(ending, signal);
  } finally {
    writer.dispose();
    coalescer.discard();
    cancelTimer();
    release();
  }
}

/** Runs the provider to its end, whatever that is. Null: the row is no longer ours to close. */
async function generate(
  deps: AnswerJobDeps,
  answer: MessageRow,
  signal: AbortSignal,
  coalescer: Coalescer,
  writer: AnswerWriter,
): Promise<Closing | null> {
  const { options } = deps;
  try {
    const question = answer.inReplyTo === null ? undefined : deps.store.conversations.message(answer.inReplyTo);
    if (question === undefined) throw new ChatError('no_question', `answer ${answer.id} has no question`);
    const context = deps.store.database.read(() =>
      buildContext(deps.store, question, options.systemPrompt, options.contextTokens),
    );
    const request = {
      ...context,
      model: options.model,
      maxTokens: options.maxTokens,
      timeouts: { firstByte: options.firstByteMs, idle: options.idleMs },
    };
    let bytes = 0;
    const reason = await readPieces(deps, request, signal, (piece) => {
      bytes += utf8Length(piece);
      coalescer.push(piece);
      return bytes < options.answerBytes;
    });
    coalescer.flush();
    signal.throwIfAborted();
    return { status: 'complete', ...(reason !== 'stop' && { reason }) };
  } catch (error) {
    // What the provider said before it failed stays, on the screen and in the row.
    if (!(signal.reason instanceof Interruption && signal.reason.loses)) coalescer.flush();
    return endingOf(signal.aborted ? signal.reason : error, deps.logger, {
      messageId: answer.id,
      provider: deps.provider.name,
      bytes: writer.offset,
    });
  }
}

import type { Provider } from '../providers/provider.js';
import type { Closing } from './answer-store.js';
import { endingOf, Interruption } from './answer-ending.js';
import { completeFrame, foldQuietly } from './closing.js';
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
  const writer = new AnswerWriter(deps, answer, owner, lease);
  const stop = new AbortController();
  const release = deps.leases.hold(messageId, lease, () => stop.abort(new Interruption('lease-lost')));
  const cancelTimer = deps.clock.after(deps.options.answerMs, () => stop.abort(new Interruption('too-long')));
  const coalescer = new Coalescer({
    ms: deps.options.coalesceMs,
    bytes: deps.options.coalesceBytes,
    clock: deps.clock,
    emit: (text) => {
      // Called by a timer, too, where nobody would catch it.
      try {
        if (!stop.signal.aborted && !writer.write(text)) stop.abort(new Interruption('lease-lost'));
      } catch (error) {
        stop.abort(error);
      }
    },
  });
  try {
    const ending = await generate(deps, answer, AbortSignal.any([signal, stop.signal]), coalescer, writer);
    writer.close(ending);
  } finally {
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

/** Writes one answer's text and end, with the lease that it was claimed with. */
class AnswerWriter {
  readonly #deps: AnswerJobDeps;
  readonly #answer: MessageRow;
  readonly #owner: string;
  readonly #lease: string;
  #offset: number;

  constructor(deps: AnswerJobDeps, answer: MessageRow, owner: string, lease: string) {
    this.#deps = deps;
    this.#answer = answer;
    this.#owner = owner;
    this.#lease = lease;
    this.#offset = answer.bytes;
  }

  get offset(): number {
    return this.#offset;
  }

  /** Stores a piece, then shows it: whatever anybody may have seen can be replayed. False: the answer is not ours any more. */
  write(content: string): boolean {
    const offset = this.#offset;
    const { id, conversationId } = this.#answer;
    if (!this.#deps.store.answers.append(id, this.#lease, offset, content, this.#deps.leases.deadline())) return false;
    this.#offset += utf8Length(content);
    this.#broadcast({ type: 'chunk', conversation_id: conversationId, message_id: id, offset, content });
    return true;
  }

  close(closing: Closing | null): void {
    if (closing === null) return;
    const { store, logger } = this.#deps;
    try {
      const row = store.answers.closeOwn(this.#answer.id, this.#lease, closing);
      if (row === undefined) return; // somebody else was first, and has told everybody
      this.#broadcast(completeFrame(row));
      foldQuietly(store, logger, row.id);
    } catch (error) {
      // The row stays open until its lease runs out; then whoever comes by closes it as interrupted.
      logger.error('the end of an answer could not be stored', { messageId: this.#answer.id, error });
    }
  }

  #broadcast(frame: OutgoingFrame): void {
    this.#deps.broadcast(this.#answer.conversationId, this.#owner, frame);
  }
}

import { isFinalStatus } from './status.js';
import type { MessageRow } from './rows.js';
import type { TextPart } from './text-store.js';
import { fitJson } from './utf8.js';
import type { SnapshotEntry, SnapshotFrame } from 'cable-chat/protocol';

/** Reads a message's text from a byte offset: `atLeast` bytes or all there is, whole code points. */
export type ReadText = (message: MessageRow, from: number, atLeast: number) => TextPart;

export interface SnapshotSource {
  readonly conversationId: string;
  readonly read: ReadText;
  /** Most bytes of the frame's JSON. */
  readonly budget: number;
  /** What the row will be as soon as the database can be written again, for one whose end was told already. */
  readonly present?: (message: MessageRow) => MessageRow;
}

/** Less than the JSON of any entry without its text: the three ids or dates alone take most of it. */
export const LEAST_ENTRY_BYTES = 150;

export interface ResumeQuery {
  /** Bytes held of its unfinished answers. */
  readonly cursors: ReadonlyMap<string, number>;
  /** Everything wanted, oldest first. */
  readonly messages: readonly MessageRow[];
  /** The lower end of the range that `messages` has without holes. 0: nothing is older. */
  readonly low: number;
  /** The upper end of that range. */
  readonly high: number;
  /** There are messages beyond `high`. */
  readonly beyond: boolean;
}

/**
 * The answer to `resume`: ONE frame, oldest first. A long answer's text may be cut, as the next resume names its cursor; a
 * question's may not, as none ever does; and no message is skipped: where the room ends, `covers` ends, and `more` asks
 * for another resume.
 */
export function resumeSnapshot(source: SnapshotSource, query: ResumeQuery): SnapshotFrame {
  const page = new Page(source, { covers: [query.high, query.high], more: false });
  let high = query.high;
  let more = query.beyond;
  for (const message of query.messages) {
    const fit = page.add(message, message.role === 'assistant' ? (query.cursors.get(message.id) ?? 0) : 0);
    if (fit === 'whole') continue;
    more = true;
    if (fit === 'cut') continue; // whatever follows finds no room, and ends the range before itself
    high = Math.min(high, message.position - 1);
    break;
  }
  // An inverted range says nothing: the room ended among older answers that were named, or there is nothing new.
  const covers = high >= query.low ? ([query.low, high] as const) : undefined;
  return page.frame({ ...(covers && { covers }), more });
}

/** The answer to `history`: the messages before a position, as many of the newest as fit. `messages`: oldest first. */
export function historySnapshot(
  source: SnapshotSource,
  query: { readonly before: number; readonly messages: readonly MessageRow[]; readonly isOldest: boolean },
): SnapshotFrame {
  const page = new Page(source, { covers: [query.before, query.before] });
  let low = query.before;
  let isOldest = query.isOldest;
  for (const message of query.messages.toReversed()) {
    if (page.add(message, 0, page.isEmpty ? 'may-cut' : 'whole-only') === 'none') {
      isOldest = false;
      break;
    }
    low = message.position;
  }
  const from = isOldest ? 0 : low;
  return page.frame(from < query.before ? { covers: [from, query.before - 1] } : {}, 'reverse');
}

/** The present state of some messages, for an acknowledgement or a broadcast: neither `covers` nor `more`. */
export function stateSnapshot(source: SnapshotSource, messages: readonly MessageRow[]): SnapshotFrame {
  const page = new Page(source, {});
  for (const message of messages) page.add(message, 0);
  return page.frame({});
}

type Fit = 'whole' | 'cut' | 'none';
type Extras = Pick<SnapshotFrame, 'covers' | 'more'>;

/** A frame being filled: knows how much of its room is left. */
class Page {
  readonly #source: SnapshotSource;
  readonly #entries: SnapshotEntry[] = [];
  #left: number;

  constructor(source: SnapshotSource, widest: Extras) {
    this.#source = source;
    this.#left = source.budget - jsonLength(this.#build([], widest));
  }

  get isEmpty(): boolean {
    return this.#entries.length === 0;
  }

  /** Adds a message's text from byte `from`: whole, cut to the room, or not at all. */
  add(stored: MessageRow, from: number, mode: 'may-cut' | 'whole-only' = 'may-cut'): Fit {
    const message = this.#source.present?.(stored) ?? stored;
    const room = this.#left - jsonLength(toEntry(message, { offset: message.bytes, content: '' })) - COMMA;
    if (room < 0) return 'none';
    const part = this.#source.read(message, from, room);
    const content = fitJson(part.content, room);
    const isWhole = content.length === part.content.length && part.offset + Buffer.byteLength(content) >= message.bytes;
    const mayCut = mode === 'may-cut' && message.role === 'assistant' && content !== '';
    if (!isWhole && !mayCut) return 'none';
    this.#entries.push(toEntry(message, { offset: part.offset, content }));
    this.#left = isWhole ? this.#left - jsonLength(this.#entries.at(-1)) - COMMA : 0;
    return isWhole ? 'whole' : 'cut';
  }

  frame(extras: Extras, order: 'as-added' | 'reverse' = 'as-added'): SnapshotFrame {
    return this.#build(order === 'reverse' ? this.#entries.toReversed() : this.#entries, extras);
  }

  #build(messages: readonly SnapshotEntry[], extras: Extras): SnapshotFrame {
    return { type: 'snapshot', conversation_id: this.#source.conversationId, messages, ...extras };
  }
}

const COMMA = 1;

function jsonLength(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value), 'utf8');
}

function toEntry(message: MessageRow, part: TextPart): SnapshotEntry {
  return {
    id: message.id,
    role: message.role,
    status: message.status,
    position: message.position,
    in_reply_to: message.inReplyTo,
    offset: part.offset,
    content: part.content,
    ...(isFinalStatus(message.status) && { bytes: message.bytes }),
    ...(message.reason !== null && { reason: message.reason }),
    ...(message.error !== null && { error: message.error }),
    ...(message.feedback !== null && { feedback: message.feedback }),
    created_at: message.createdAt,
  };
}

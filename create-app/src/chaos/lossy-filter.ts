import type { DirectionCounts } from './counts.js';
import type { PipeConditions } from './conditions.js';
import { FrameScanner, OPCODE, payloadOf } from './ws-frames.js';
import type { Frame, FrameHeader, Piece } from './ws-frames.js';

type LossyLink = NonNullable<PipeConditions['lossy']>;
type Fate = keyof Pick<DirectionCounts, 'dropped' | 'doubled' | 'reordered' | 'compressed'>;

/**
 * Loses, doubles and swaps whole messages of one direction. While the link is good, bytes pass as they come; while it is
 * lossy, a frame passes when all of it is there. A change takes effect with the next frame.
 */
export class LossyFilter {
  readonly #scanner: FrameScanner;
  readonly #count: (fate: Fate) => void;
  #frame: Frame | undefined;
  /** The frame at hand, as far as it has come; undefined where it passes as it comes. */
  #collected: Buffer[] | undefined;
  /** Overtaken, and due after the next message. */
  #late: Buffer | undefined;
  #isInFragmentedMessage = false;

  constructor(side: 'client' | 'server', count: (fate: Fate) => void) {
    this.#scanner = new FrameScanner(side);
    this.#count = count;
  }

  /** What to deliver now, in order. */
  push(bytes: Buffer, link: LossyLink | undefined): Buffer[] {
    return this.#scanner.push(bytes).flatMap((piece) => this.#pass(piece, link));
  }

  /**
   * What was to be overtaken and will not be any more: the link is good again, or the connection ends. Between the
   * fragments of a message there is nothing: it follows them.
   */
  flush(): Buffer[] {
    if (this.#isInFragmentedMessage) return [];
    const late = this.#late === undefined ? [] : [this.#late];
    this.#late = undefined;
    return late;
  }

  #pass({ bytes, frame, ends }: Piece, link: LossyLink | undefined): Buffer[] {
    if (frame === undefined) return [bytes];
    if (frame !== this.#frame) {
      this.#frame = frame;
      this.#collected = link === undefined ? undefined : [];
    }
    if (this.#collected === undefined) {
      if (!ends || frame.header === undefined) return [bytes];
      this.#follow(frame.header);
      return [bytes, ...this.flush()];
    }
    this.#collected.push(bytes);
    if (!ends || frame.header === undefined) return [];
    const whole = Buffer.concat(this.#collected);
    return this.#decide(whole, frame.header, link);
  }

  #decide(whole: Buffer, header: FrameHeader, link: LossyLink | undefined): Buffer[] {
    const wasInFragmentedMessage = this.#isInFragmentedMessage;
    this.#follow(header);
    // Nothing but control frames may come between the fragments of a message.
    if (this.#isInFragmentedMessage) return [whole];
    if (wasInFragmentedMessage) return [whole, ...this.flush()];
    if (header.opcode === OPCODE.close) return [...this.flush(), whole];
    if (header.opcode !== OPCODE.text) return [whole];
    switch (link === undefined ? undefined : this.#fateOf(whole, header, link)) {
      case 'dropped':
        return [];
      case 'doubled':
        return [whole, whole, ...this.flush()];
      case 'reordered':
        this.#late = whole;
        return [];
      default:
        return [whole, ...this.flush()];
    }
  }

  #fateOf(whole: Buffer, header: FrameHeader, { fault, only, random }: LossyLink): Fate | undefined {
    if (header.compressed) {
      this.#count('compressed');
      return undefined;
    }
    if (only !== undefined && !only.test(payloadOf(whole, header).toString('utf8'))) return undefined;
    // All three are drawn for each message: what happens to the next does not hang on what happened to this one.
    const isDropped = random.chance(fault.drop ?? 0);
    const isDoubled = random.chance(fault.double ?? 0);
    const isLate = random.chance(fault.reorder ?? 0);
    const fate = isDropped
      ? 'dropped'
      : isDoubled
        ? 'doubled'
        : isLate && this.#late === undefined
          ? 'reordered'
          : undefined;
    if (fate !== undefined) this.#count(fate);
    return fate;
  }

  #follow({ opcode, fin }: FrameHeader): void {
    if (opcode < OPCODE.close) this.#isInFragmentedMessage = !fin;
  }
}

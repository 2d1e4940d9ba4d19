import type { Ending, LinkCut } from './faults.js';
import { OPCODE } from './ws-frames.js';
import type { FrameHeader } from './ws-frames.js';

interface ArmedCut {
  readonly fault: LinkCut;
  /** Where the connection ends, in bytes of its direction; undefined until the frame is there that it shall hit. */
  at: number | undefined;
  /** Frames that are still to pass. */
  skip: number;
}

/** The cuts that wait in one direction of one connection, and where they will be. */
export class Cuts {
  #armed: ArmedCut[] = [];

  /** @param delivered bytes so far @returns how to call it off */
  arm(fault: LinkCut, delivered: number): () => void {
    const cut: ArmedCut =
      fault.kind === 'cut-after'
        ? { fault, at: delivered + fault.bytes, skip: 0 }
        : { fault, at: undefined, skip: fault.skip ?? 0 };
    this.#armed.push(cut);
    return () => (this.#armed = this.#armed.filter((other) => other !== cut));
  }

  /** A frame's header is there, the first byte of it at `start`: cuts that wait for a frame find their place in it. */
  frameBegan(start: number, { opcode, headerBytes, payloadBytes }: FrameHeader): void {
    if (opcode >= OPCODE.close || payloadBytes === 0) return;
    for (const cut of this.#armed) {
      if (cut.at !== undefined || cut.fault.kind !== 'cut-in-frame') continue;
      if (cut.skip-- > 0) continue;
      const part = cut.fault.part ?? 0.5;
      const within = part === 0 ? 1 : headerBytes + Math.floor(payloadBytes * part);
      // Some of the frame has arrived, and some has not.
      cut.at = start + Math.min(Math.max(within, 1), headerBytes + payloadBytes - 1);
    }
  }

  /** The first cut up to a place, if there is one. */
  firstWithin(position: number): { readonly at: number; readonly ending: Ending } | undefined {
    let first: { readonly at: number; readonly ending: Ending } | undefined;
    for (const { at, fault } of this.#armed) {
      if (at === undefined || at > position || (first !== undefined && first.at <= at)) continue;
      first = { at, ending: fault.ending ?? 'reset' };
    }
    return first;
  }
}

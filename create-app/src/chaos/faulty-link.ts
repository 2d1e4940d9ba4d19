import type { Cut, Directions, Ending, Lift, LinkFault } from './faults.js';

type Options<K extends LinkFault['kind']> = Omit<Extract<LinkFault, { kind: K }>, 'kind'>;

/** Faults by name, for whoever writes them in a test; `apply` takes the same as data. faults.ts tells what each does. */
export abstract class FaultyLink {
  /** Begins a fault. What it returns ends it; a fault without a duration is over at once. */
  abstract apply(fault: LinkFault): Lift;

  /** RST. */
  reset(options: { readonly side?: 'client' | 'server' | 'both' } = {}): void {
    this.apply({ kind: 'reset', ...options });
  }

  /** FIN. */
  end(options: { readonly side?: 'client' | 'server' | 'both' } = {}): void {
    this.apply({ kind: 'end', ...options });
  }

  cutAfter(bytes: number, options: Cut = {}): Lift {
    return this.apply({ kind: 'cut-after', bytes, ...options });
  }

  cutInFrame(options: Options<'cut-in-frame'> = {}): Lift {
    return this.apply({ kind: 'cut-in-frame', ...options });
  }

  /** Bit by bit, a byte each unless told otherwise. */
  split(options: Options<'split'> = {}): Lift {
    return this.apply({ kind: 'split', ...options });
  }

  blackHole(options: Options<'black-hole'> = {}): Lift {
    return this.apply({ kind: 'black-hole', ...options });
  }

  /** Milliseconds each way. */
  latency(ms: number, options: Omit<Options<'latency'>, 'ms'> = {}): Lift {
    return this.apply({ kind: 'latency', ms, ...options });
  }

  /** Holds everything back until it is lifted; nothing is lost. */
  pause(options: { readonly direction?: Directions } = {}): Lift {
    return this.apply({ kind: 'pause', ...options });
  }

  lossy(options: Options<'lossy'>): Lift {
    return this.apply({ kind: 'lossy', ...options });
  }

  /** Resets new connections until it is lifted. */
  refuse(): Lift {
    return this.apply({ kind: 'refuse' });
  }

  /** Cuts all connections and resets new ones until it is lifted. */
  down(options: { readonly ending?: Ending } = {}): Lift {
    return this.apply({ kind: 'down', ...options });
  }
}

import type { Random } from './random.js';
import type { Direction, Directions, LinkCondition } from './faults.js';

/** A condition in force. Two equal faults are two of them: each is lifted by itself. */
export interface ConditionInForce {
  readonly fault: LinkCondition;
  readonly random: Random;
  /** The last connection that it holds for, by id; absent: all that come. */
  readonly lastId?: number;
}

export type Lossy = Extract<LinkCondition, { kind: 'lossy' }>;

/** What one direction of one connection is under. */
export interface PipeConditions {
  readonly isPaused: boolean;
  readonly isHole: boolean;
  readonly latency: { readonly ms: number; readonly jitter: number; readonly random: Random } | undefined;
  /** Bytes delivered at once; 0: as they come. */
  readonly split: number;
  readonly lossy: { readonly fault: Lossy; readonly only: RegExp | undefined; readonly random: Random } | undefined;
}

export const UNHARMED: PipeConditions = {
  isPaused: false,
  isHole: false,
  latency: undefined,
  split: 0,
  lossy: undefined,
};

/**
 * All conditions together. Of two of a kind that cannot be added up (latency, split, lossy) the later one counts.
 * @param randomOf this pipe's own source for a condition: one's traffic must not change another's fate
 */
export function conditionsOf(
  inForce: readonly ConditionInForce[],
  direction: Direction,
  randomOf: (condition: ConditionInForce) => Random,
): PipeConditions {
  let conditions = UNHARMED;
  for (const condition of inForce) {
    const { fault } = condition;
    if (fault.kind === 'refuse' || !includes(fault.direction ?? defaultDirection(fault), direction)) continue;
    switch (fault.kind) {
      case 'pause':
        conditions = { ...conditions, isPaused: true };
        break;
      case 'black-hole':
        conditions = { ...conditions, isHole: true };
        break;
      case 'split':
        conditions = { ...conditions, split: fault.bytes ?? 1 };
        break;
      case 'latency':
        conditions = {
          ...conditions,
          latency: { ms: fault.ms, jitter: fault.jitter ?? 0, random: randomOf(condition) },
        };
        break;
      case 'lossy': {
        const only = fault.only === undefined ? undefined : new RegExp(fault.only, 'u');
        conditions = { ...conditions, lossy: { fault, only, random: randomOf(condition) } };
        break;
      }
    }
  }
  return conditions;
}

/** What happens to a connection that comes now. The worst counts. */
export function newcomersUnder(inForce: readonly ConditionInForce[]): 'pass' | 'swallow' | 'refuse' {
  const fates = inForce.map(({ fault }) => {
    if (fault.kind === 'refuse') return 'refuse';
    return fault.kind === 'black-hole' ? (fault.newcomers ?? 'swallow') : 'pass';
  });
  return fates.includes('refuse') ? 'refuse' : fates.includes('swallow') ? 'swallow' : 'pass';
}

function includes(directions: Directions, direction: Direction): boolean {
  return directions === 'both' || directions === direction;
}

function defaultDirection({ kind }: LinkCondition): Directions {
  return kind === 'lossy' ? 'to-client' : 'both';
}

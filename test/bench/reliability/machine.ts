/** How busy the machine was: times that were measured on an overloaded one say nothing about the clients. */
import { availableParallelism, cpus } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';

export interface Busyness {
  readonly cores: number;
  /** Part of all cores' time that was spent working, by whoever, from 0 to 1. */
  readonly used: number;
  /** Milliseconds that 99 of 100 turns of this process's event loop were late at most. */
  readonly lag: number;
}

/** Watches until it is asked. */
export function watchMachine(): () => Busyness {
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  const before = times();
  return () => {
    delay.disable();
    const after = times();
    const all = after.all - before.all;
    return {
      cores: availableParallelism(),
      used: all === 0 ? 0 : 1 - (after.idle - before.idle) / all,
      lag: Math.round(delay.percentile(99) / 1e6),
    };
  };
}

/** From here on waiting for a core is most of what is measured. */
export function isOverloaded({ used, lag }: Busyness): boolean {
  return used > 0.9 || lag > 200;
}

function times(): { readonly idle: number; readonly all: number } {
  let idle = 0;
  let all = 0;
  for (const { times: spent } of cpus()) {
    idle += spent.idle;
    all += Object.values(spent).reduce((sum, part) => sum + part, 0);
  }
  return { idle, all };
}

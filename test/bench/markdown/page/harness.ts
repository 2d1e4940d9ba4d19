/** The page's half: streams one document into one contestant and looks after each frame whether all of it is there. */
import type { Contestant, Open } from './contestant.js';
import { endsWith, firstMissing, markersOf } from './shown.js';

export interface Task {
  readonly text: string;
  readonly cuts: readonly number[];
  /** Written before each frame. Infinite (null in JSON): all at once. */
  readonly chunksPerFrame: number | null;
  /** Milliseconds for the run. */
  readonly limit: number;
}

export interface Outcome {
  /** Wall clock. */
  readonly milliseconds: number;
  readonly frames: number;
  /** Frames that were waited until a text was there, beyond the one that everybody has. */
  readonly waited: number;
  /** How often a text was not there however long was waited: held back until more comes. */
  readonly heldBack: number;
  /** Spent on looking whether the text is there: not the contestant's. */
  readonly looking: number;
  /** The longest time in `write`s and `flush` of one frame. */
  readonly longestScript: number;
  /** The longest task; 0 where none was over 50 ms, since the browser tells of no other. */
  readonly longestTask: number;
  /** Characters written when the time was over. */
  readonly timedOutAt: number | null;
  /** What was not on the page when everything was over. */
  readonly missing: string | null;
}

/** The same for everybody, shadow roots included. */
const CSS = `
  :root { font: 16px/1.5 sans-serif; }
  #container { width: 760px; }
  p, ul, ol, pre, table, blockquote { margin: 0 0 12px; }
  pre { overflow-x: auto; padding: 12px; background: #f4f4f4; }
  code { font: 14px/1.4 monospace; }
  table { border-collapse: collapse; }
  td, th { border: 1px solid #ccc; padding: 4px 8px; }
  blockquote { border-inline-start: 3px solid #ccc; padding-inline-start: 12px; }`;

/** An answer comes long after its page: who gets ready for it in the page's idle time has done so. */
async function rest(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => requestIdleCallback(resolve));
}

const nextFrame = (): Promise<void> => new Promise((resolve) => requestAnimationFrame(() => resolve()));

export function serve(open: Open): void {
  let contestant: Contestant | undefined;
  let task: Task | undefined;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(CSS);
  document.adoptedStyleSheets = [sheet];

  const bench = {
    async prepare(next: Task): Promise<void> {
      const container = document.createElement('div');
      container.id = 'container';
      document.body.append(container);
      contestant = await open(container);
      const root = contestant.root.getRootNode();
      if (root instanceof ShadowRoot) root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
      task = next;
      await nextFrame();
      await rest();
    },
    run(): Promise<Outcome> {
      if (contestant === undefined || task === undefined) throw new Error('run() before prepare()');
      return stream(contestant, task);
    },
  };
  Object.assign(globalThis, { bench });
}

/** Full looks at everything, spread over the document; each frame has a look at the end of the text. */
const FULL_LOOKS = 8;
/** A text that is not there after so many frames is held back until more comes: nothing is gained by waiting. */
const PATIENCE = 20;
/** Milliseconds after the end of the text, for whoever renders later: then what is not there is lost. */
const LAST_PATIENCE = 5_000;

async function stream(contestant: Contestant, { text, cuts, chunksPerFrame, limit }: Task): Promise<Outcome> {
  const perFrame = chunksPerFrame ?? Infinity;
  let longestTask = 0;
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) longestTask = Math.max(longestTask, duration);
  });
  observer.observe({ type: 'longtask' });

  const started = performance.now();
  const isOver = (): boolean => performance.now() - started > limit;
  let [written, chunk, frames, waited, heldBack, looking, longestScript] = [0, 0, 0, 0, 0, 0, 0];
  let nextFullLook = text.length / FULL_LOOKS;
  let timedOut = false;

  const looked = <T>(look: () => T): T => {
    const began = performance.now();
    const result = look();
    looking += performance.now() - began;
    return result;
  };
  const isThere = (): boolean =>
    looked(() => {
      const due = markersOf(text.slice(Math.max(0, written - 600), written - 1)).at(-1);
      if (due !== undefined && !endsWith(contestant.root, due)) return false;
      if (written < nextFullLook) return true;
      nextFullLook += text.length / FULL_LOOKS;
      return firstMissing(contestant.root, markersOf(text.slice(0, written - 1))) === undefined;
    });

  while (chunk < cuts.length && !timedOut) {
    const began = performance.now();
    for (let left = perFrame; left > 0 && chunk < cuts.length; left--) {
      const end = cuts[chunk++] ?? text.length;
      contestant.write(text.slice(written, end));
      written = end;
      if (isOver()) {
        timedOut = true;
        break;
      }
    }
    contestant.flush();
    longestScript = Math.max(longestScript, performance.now() - began);
    await nextFrame();
    frames++;
    let patience = PATIENCE;
    while (!timedOut && !isThere()) {
      if (patience-- === 0) {
        heldBack++;
        break;
      }
      await nextFrame();
      waited++;
      timedOut = isOver();
    }
    timedOut ||= isOver();
  }

  let missing: string | undefined;
  if (!timedOut) {
    const began = performance.now();
    contestant.end();
    longestScript = Math.max(longestScript, performance.now() - began);
    const expected = markersOf(text);
    const ended = performance.now();
    do {
      await nextFrame();
      missing = looked(() => firstMissing(contestant.root, expected));
      timedOut = isOver();
    } while (missing !== undefined && !timedOut && performance.now() - ended < LAST_PATIENCE);
    await nextFrame();
  }
  observer.disconnect();
  return {
    milliseconds: performance.now() - started,
    frames,
    waited,
    heldBack,
    looking,
    longestScript,
    longestTask,
    timedOutAt: timedOut ? written : null,
    missing: missing ?? null,
  };
}

/** What is compiled before the first answer comes: once a page, in its idle time, and without a trace. */
import { expect } from '@open-wc/testing';
import type { Warmable, warmUp as WarmUp } from '../../../widget/src/markdown/warm-up.js';
import { MarkdownStream } from '../../../widget/src/markdown/stream.js';

interface Module {
  readonly warmUp: typeof WarmUp;
}

/** A module of its own: what is done once a page is done once in each. */
const another = (name: string): Promise<Module> =>
  import(new URL(`../../../widget/src/markdown/warm-up.ts?${name}`, import.meta.url).href) as Promise<Module>;

interface Warmed {
  readonly container: Element;
  readonly text: string;
  readonly flushes: number;
}

/** Resolves when the stream that `warmUp` opens is disposed of. */
function warmed(warmUp: Module['warmUp'], onError: (error: unknown) => void = () => {}): Promise<Warmed> {
  return new Promise((resolve) =>
    warmUp((container): Warmable => {
      const stream = new MarkdownStream(container, { onError });
      let text = '';
      let flushes = 0;
      return {
        write(chunk) {
          text += chunk;
          stream.write(chunk);
        },
        flush() {
          flushes++;
          stream.flush();
        },
        end: () => stream.end(),
        dispose() {
          stream.dispose();
          resolve({ container, text, flushes });
        },
      };
    }),
  );
}

describe('warming up', () => {
  it('draws every kind of block and of words, in steps, outside the page', async () => {
    const { warmUp } = await another('all');
    const errors: unknown[] = [];
    const { container, text, flushes } = await warmed(warmUp, (error) => errors.push(error));
    expect(errors).to.deep.equal([]);
    expect(flushes).to.be.greaterThan(5);
    expect(container.isConnected).to.equal(false);
    for (const selector of [
      'h2 > em, h2 ~ h2, p, hr, li.task input, ul > li, ol > li, blockquote, table, figure > pre > code.language-js, pre > code:not([class])',
      'em, strong, del, code, a[href^="https:"], a.image, p.raw, th > code',
    ].flatMap((list) => list.split(', '))) {
      expect(container.querySelector(selector), `${selector} in ${container.innerHTML}`).to.not.equal(null);
    }
    // As if it had come at once.
    const whole = document.createElement('div');
    const stream = new MarkdownStream(whole);
    stream.write(text);
    stream.end();
    expect(container.innerHTML).to.equal(whole.innerHTML);
  });

  it('does so once a page, and nothing before the page is idle', async () => {
    const { warmUp } = await another('once');
    let opened = 0;
    const stream = { write() {}, flush() {}, end() {}, dispose() {} };
    const isOver = new Promise<void>((resolve) => {
      warmUp(() => {
        opened++;
        return { ...stream, dispose: () => resolve() };
      });
    });
    warmUp(() => {
      opened++;
      return stream;
    });
    expect(opened).to.equal(0);
    await isOver;
    expect(opened).to.equal(1);
  });

  it('needs no idle time where the browser tells of none', async () => {
    const { warmUp } = await another('safari');
    const idle = globalThis.requestIdleCallback;
    Object.assign(globalThis, { requestIdleCallback: undefined });
    try {
      const { text } = await warmed(warmUp);
      expect(text).to.contain('# One');
    } finally {
      globalThis.requestIdleCallback = idle;
    }
  });
});

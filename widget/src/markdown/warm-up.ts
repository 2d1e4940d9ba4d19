/**
 * What the first words of an answer would otherwise wait for: a browser compiles functions and expressions when they
 * first run, twice the work of showing a short answer. So a sample is read and drawn, outside the page, as soon as the
 * page has nothing else to do.
 */

/** What a stream can do, as far as it matters here. */
export interface Warmable {
  write(chunk: string): void;
  flush(): void;
  end(): void;
  dispose(): void;
}

/** All kinds of blocks and words, cut where the next of them begins to be seen. */
const SAMPLE = [
  '## One *two* **three',
  '** `four` and ~~five',
  '~~\n\nSix — [se',
  'ven](/8 "nine"), https://cable-chat.invalid/ten',
  ' &amp; [more][a], *el**ev**en* _twelve_ \\* <b>\n\nOne\n',
  '---\n\n- [x] one\n- two **th',
  'ree**\n\n  four\n- five\n  1. six\n  2. seven\n\n',
  '| one | `two` |\n|:--',
  '|--:|\n| *three* | four |\n| five',
  ' | \\| |\n\n> One\n> - two\n',
  '> three\n\n```js\none();\ntwo',
  '();\n```\n\n    three\n\n![one](/two)\n\n***\n\n[a]: /b\n\n<p>\n\nend',
];

let isBegun = false;

/** Once a page, in its idle time. */
export function warmUp(open: (container: Element) => Warmable): void {
  if (isBegun) return;
  isBegun = true;
  let stream: Warmable | undefined;
  let next = 0;
  const step = (deadline?: IdleDeadline): void => {
    stream ??= open(document.createElement('div'));
    let isIdle = true;
    while (isIdle) {
      const chunk = SAMPLE[next++];
      if (chunk === undefined) {
        stream.end();
        stream.dispose();
        return;
      }
      stream.write(chunk);
      stream.flush();
      isIdle = deadline !== undefined && deadline.timeRemaining() > 0;
    }
    whenIdle(step);
  };
  whenIdle(step);
}

/** Safari has no idle time: there each step is a task of its own. */
function whenIdle(work: (deadline?: IdleDeadline) => void): void {
  if (typeof requestIdleCallback === 'function') requestIdleCallback(work);
  else setTimeout(work);
}

/**
 * In the page: payloads are shown in streamed prefixes, everything that came of them is clicked, focused and hovered, and
 * every node is held against the table of what is allowed.
 */
import { marked } from 'marked';
import { ALLOWED } from '../../../widget/src/markdown/allowed.js';
import { MarkdownStream } from '../../../widget/src/markdown.js';

export interface Finding {
  readonly payload: string;
  readonly what: string;
}

export interface Report {
  readonly findings: readonly Finding[];
  /** Nodes that were looked at, so that nobody is content with nothing. */
  readonly elements: number;
  readonly interactions: number;
}

const PREFIXES = 8;
const EVENTS =
  'pointerover pointerenter mouseover mouseenter mousemove pointerdown mousedown pointerup mouseup dblclick auxclick contextmenu keydown keypress keyup input change wheel touchstart touchend dragstart drop copy cut paste animationstart animationend transitionend toggle beforetoggle load error scroll select submit'.split(
    ' ',
  );

const LINKABLE = new Set(['http:', 'https:', 'mailto:']);

/** Whose code this is: what runs while a payload is on the page is that payload's. */
let current = '';
const findings: Finding[] = [];
const found = (what: string): void => void findings.push({ payload: current, what });

function watch(): void {
  const names = ['hit', 'alert', 'confirm', 'prompt', 'print', 'open'];
  for (const name of names) {
    Object.defineProperty(globalThis, name, { value: () => found(`executed: ${name}()`), writable: false });
  }
  // A payload that runs and fails has run: the page's own code throws nothing.
  addEventListener('error', (event) => event.message && found(`executed, and threw: ${event.message}`));
  addEventListener('unhandledrejection', (event) => found(`executed, and rejected: ${String(event.reason)}`));
  document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
    found(`violates the policy: ${violatedDirective} ${blockedURI}`),
  );
  // A click on an honest link may leave the page: that is what links are for, and the reader's own doing. What is looked
  // for is what happens without one, so it is stopped here, and only for the protocols that a link may have: a
  // `javascript:` that got this far runs, and is seen.
  addEventListener(
    'click',
    (event) => {
      const link = event.target instanceof Element ? event.target.closest('a') : null;
      if (link !== null && LINKABLE.has(link.protocol)) event.preventDefault();
    },
    true,
  );
}

function interact(root: Element): number {
  const elements = [...root.querySelectorAll('*')];
  for (const element of elements) {
    for (const type of EVENTS) element.dispatchEvent(new Event(type, { bubbles: true, cancelable: true }));
    if (element instanceof HTMLElement || element instanceof SVGElement) element.focus();
    if (element instanceof HTMLElement) element.click();
    else element.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true }));
    if (element instanceof HTMLElement) element.blur();
  }
  return elements.length;
}

function judge(root: Element): number {
  const elements = [...root.querySelectorAll('*')];
  for (const element of elements) {
    const allowed = ALLOWED[element.localName];
    if (allowed === undefined || element.namespaceURI !== 'http://www.w3.org/1999/xhtml') {
      found(`an element off the table: <${element.localName}>`);
    }
    for (const { name, value } of element.attributes) {
      if (!allowed?.includes(name)) found(`an attribute off the table: <${element.localName} ${name}="${value}">`);
    }
    if (element instanceof HTMLAnchorElement && element.hasAttribute('href')) {
      const { protocol, rel } = element;
      if (!LINKABLE.has(protocol)) found(`a link with the protocol ${protocol}`);
      if (!rel.split(' ').includes('noopener')) found('a link without rel=noopener');
    }
  }
  return elements.length;
}

/** Resolves when what a payload may have begun is through: a picture that fails is asked for after it, and fails. */
function settled(): Promise<void> {
  return new Promise((resolve) => {
    const canary = new Image();
    const isThrough = (): void => void requestAnimationFrame(() => resolve());
    canary.addEventListener('error', isThrough);
    canary.addEventListener('load', isThrough);
    canary.src = `/canary?${performance.now()}`;
  });
}

const safety = {
  /** @param endEach whether the text also ends at each prefix, not only at its own end */
  async ours(payloads: readonly string[], endEach: boolean): Promise<Report> {
    let [elements, interactions] = [0, 0];
    const container = document.createElement('div');
    document.body.append(container);
    for (const payload of payloads) {
      current = payload;
      const stream = new MarkdownStream(container, { onError: (error) => found(`not parsed: ${String(error)}`) });
      let written = 0;
      for (let part = 1; part <= PREFIXES; part++) {
        const end = Math.ceil((payload.length * part) / PREFIXES);
        stream.write(payload.slice(written, end));
        written = end;
        if (part === PREFIXES) stream.end();
        else stream.flush();
        elements += judge(container);
        interactions += interact(container);
        if (!endEach) continue;
        const whole = document.createElement('div');
        document.body.append(whole);
        const ended = new MarkdownStream(whole);
        ended.write(payload.slice(0, end));
        ended.end();
        elements += judge(whole);
        interactions += interact(whole);
        ended.dispose();
        whole.remove();
      }
      stream.dispose();
    }
    await settled();
    await settled();
    return { findings: findings.splice(0), elements, interactions };
  },

  /** The control: what nobody should do, so that it is known that these payloads bite and that it is seen. */
  async unsafe(payload: string): Promise<Report> {
    current = payload;
    const container = document.createElement('div');
    document.body.append(container);
    container.innerHTML = marked.parse(payload, { async: false });
    const elements = container.querySelectorAll('*').length;
    const interactions = interact(container);
    await settled();
    container.remove();
    return { findings: findings.splice(0), elements, interactions };
  },

  /** Every event handler that this browser has, by the names of its attributes. */
  handlers(): readonly string[] {
    const holders = [window, Document.prototype, Element.prototype, HTMLElement.prototype, HTMLBodyElement.prototype];
    const names = holders.flatMap((holder) => Object.getOwnPropertyNames(holder));
    return [...new Set(names.filter((name) => name.startsWith('on')))].sort();
  },
};

export type Safety = typeof safety;

watch();
Object.assign(globalThis, { safety });

/** `<cable-chat>` with a scripted session, and the ways into its shadow roots. */
import type { CableChat } from '../../../widget/src/elements.js';
import { defineElements } from '../../../widget/src/elements.js';
import { FakeSession } from './fake-session.js';

defineElements();

const mounted = new Set<Element>();

export async function mount(
  set: (chat: CableChat) => void = () => {},
): Promise<{ chat: CableChat; session: FakeSession }> {
  const session = new FakeSession();
  const chat = document.createElement('cable-chat');
  chat.session = session;
  set(chat);
  document.body.append(chat);
  mounted.add(chat);
  await settled(chat);
  return { chat, session };
}

export function unmountAll(): void {
  for (const chat of mounted) chat.remove();
  mounted.clear();
}

/** Resolves when the chat and everything in it is drawn. */
export async function settled(chat: CableChat): Promise<void> {
  await chat.updateComplete;
  for (const part of parts(chat)) await (part as Element & { updateComplete?: Promise<unknown> }).updateComplete;
}

/** Two frames on: whatever was due for the next frame is drawn. */
export async function nextFrame(): Promise<void> {
  await new Promise((resolve) => {
    requestAnimationFrame(() => requestAnimationFrame(resolve));
    // Once in a great while Chromium takes the tab for one in the background, and draws nothing: nothing is late there.
    setTimeout(resolve, 500);
  });
}

/** All elements in all shadow roots of `root`, outermost first. */
export function parts(root: Element): Element[] {
  const inner = [...(root.shadowRoot?.querySelectorAll('*') ?? [])];
  return inner.flatMap((element) => [element, ...parts(element)]);
}

/** The only element that matches, through all shadow roots. */
export function find<E extends Element = HTMLElement>(chat: Element, selector: string): E {
  const found = findAll<E>(chat, selector);
  if (found.length !== 1 || !found[0]) throw new Error(`${found.length} elements match ${selector}`);
  return found[0];
}

export function findAll<E extends Element = HTMLElement>(chat: Element, selector: string): E[] {
  return parts(chat).filter((element): element is E => element.matches(selector));
}

export function isVisible(element: Element): boolean {
  return element.checkVisibility({ opacityProperty: false, visibilityProperty: true });
}

/** The element with the focus, through all shadow roots. */
export function focused(): Element | null {
  let active = document.activeElement;
  while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
  return active;
}

export async function type(chat: CableChat, text: string): Promise<HTMLTextAreaElement> {
  const input = find<HTMLTextAreaElement>(chat, 'textarea');
  input.value = text;
  input.dispatchEvent(new InputEvent('input', { bubbles: true, composed: true }));
  await settled(chat);
  return input;
}

/** Returns whether the key was left to the browser. */
export function press(input: Element, key: string, init: KeyboardEventInit = {}): boolean {
  return input.dispatchEvent(
    new KeyboardEvent('keydown', { key, bubbles: true, composed: true, cancelable: true, ...init }),
  );
}

/** Records the events of these names that reach the document. */
export function record<Name extends keyof HTMLElementEventMap>(...names: Name[]): HTMLElementEventMap[Name][] {
  const events: HTMLElementEventMap[Name][] = [];
  for (const name of names) document.addEventListener(name, (event) => events.push(event as HTMLElementEventMap[Name]));
  return events;
}

/**
 * Which chat an element belongs to: the one that its `for` names, now or once it is there, or the one around it. Follows
 * that chat from session to session.
 */
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { ChatSession } from './chat-session.js';

export type NearbyChat =
  | { readonly kind: 'none' }
  /** `for` names nothing that is here, or (`tag`) something else. */
  | { readonly kind: 'missing'; readonly tag: string | undefined }
  /** `session` is undefined while the chat has none. */
  | { readonly kind: 'found'; readonly session: ChatSession | undefined };

/** What is needed of `<cable-chat>`, from whichever copy of this package it comes. */
interface ChatElement extends HTMLElement, ReactiveControllerHost {
  readonly activeSession?: ChatSession | undefined;
}

const CHAT = 'cable-chat';

export class NearbyChatController implements ReactiveController {
  readonly #host: HTMLElement & ReactiveControllerHost;
  readonly #changed: () => void;
  readonly #follower: ReactiveController = {
    hostUpdated: () => this.#chatUpdated(),
    hostDisconnected: () => this.#chatUpdated(),
  };
  #chat: ChatElement | undefined;
  #known: { readonly session: ChatSession | undefined; readonly visitor: string | undefined } | undefined;
  #observer: MutationObserver | undefined;

  /** `changed` is called when `find` would answer something else than it did, or another visitor. */
  constructor(host: HTMLElement & ReactiveControllerHost, changed: () => void) {
    this.#host = host;
    this.#changed = changed;
    host.addController(this);
  }

  /** `id` is what `for` names; without it, the chat around the host is meant. To be called while the host is in the page. */
  find(id: string | null): NearbyChat {
    const element = id ? this.#named(id) : chatAround(this.#host);
    this.#watchNames(id, element);
    if (element === null || element.localName !== CHAT) {
      this.#follow(undefined);
      return id ? { kind: 'missing', tag: element?.localName } : { kind: 'none' };
    }
    this.#follow(isUpgraded(element) ? element : undefined);
    if (this.#chat === undefined) void this.#awaitUpgrade();
    return { kind: 'found', session: this.#known?.session };
  }

  /** Looks for no chat any more. */
  forget(): void {
    this.#follow(undefined);
    this.#watchNames(null, null);
  }

  hostDisconnected(): void {
    this.forget();
  }

  #named(id: string): Element | null {
    const root = this.#host.getRootNode();
    return root instanceof Document || root instanceof DocumentFragment ? root.getElementById(id) : null;
  }

  /** The element of that id may come, go and change at any time. */
  #watchNames(id: string | null, found: Element | null): void {
    this.#observer?.disconnect();
    this.#observer = undefined;
    if (!id) return;
    this.#observer = new MutationObserver(() => {
      if (this.#named(id) !== found) this.#changed();
    });
    const names = { subtree: true, childList: true, attributes: true, attributeFilter: ['id'] };
    this.#observer.observe(this.#host.getRootNode(), names);
  }

  #follow(chat: ChatElement | undefined): void {
    if (chat !== this.#chat) {
      this.#chat?.removeController(this.#follower);
      this.#chat = chat;
      chat?.addController(this.#follower);
    }
    this.#known = chat && stateOf(chat);
  }

  /** After each of its updates, so after each change of what it shows. */
  #chatUpdated(): void {
    const [before, now] = [this.#known, this.#chat && stateOf(this.#chat)];
    if (before?.session === now?.session && before?.visitor === now?.visitor) return;
    this.#known = now;
    this.#changed();
  }

  async #awaitUpgrade(): Promise<void> {
    await customElements.whenDefined(CHAT);
    if (this.#host.isConnected && this.#chat === undefined) this.#changed();
  }
}

function isUpgraded(element: Element): element is ChatElement {
  return 'addController' in element;
}

function stateOf({ activeSession }: ChatElement): { session: ChatSession | undefined; visitor: string | undefined } {
  return { session: activeSession, visitor: activeSession?.visitor };
}

/** In the tree as it is drawn: through slots, and out of shadow roots. */
function chatAround(element: Element): Element | null {
  let node = parentOf(element);
  while (node !== null && node.localName !== CHAT) node = parentOf(node);
  return node;
}

function parentOf(element: Element): Element | null {
  if (element.assignedSlot) return element.assignedSlot;
  const parent = element.parentNode;
  return parent instanceof ShadowRoot ? parent.host : element.parentElement;
}

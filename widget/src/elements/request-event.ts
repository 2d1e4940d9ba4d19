/**
 * What an internal element asks of the chat around it. It bubbles out of the internal element's shadow root and is
 * stopped by `<cable-chat>`: a page never sees it.
 */
export type ChatRequest =
  | { readonly kind: 'ask'; readonly text: string }
  | { readonly kind: 'stop' }
  | { readonly kind: 'retry'; readonly messageId: string }
  | { readonly kind: 'discard'; readonly messageId: string }
  | { readonly kind: 'regenerate'; readonly messageId: string }
  | { readonly kind: 'load-earlier' }
  | { readonly kind: 'reconnect' };

/** `preventDefault()` says that the request was not granted. */
export class ChatRequestEvent extends Event {
  static readonly type = 'cable-chat-internal-request';
  constructor(readonly request: ChatRequest) {
    super(ChatRequestEvent.type, { bubbles: true, composed: true, cancelable: true });
  }
}

/** Returns whether the request was granted. */
export function request(from: EventTarget, what: ChatRequest): boolean {
  return from.dispatchEvent(new ChatRequestEvent(what));
}

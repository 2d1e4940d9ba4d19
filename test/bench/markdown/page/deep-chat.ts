/** deep-chat is an element with a connection of its own: its `handler` is that connection, and the chunks come out of it. */
import 'deep-chat-element';
import type { DeepChat, Signals } from 'deep-chat-element';
import type { Open } from './contestant.js';

export function openDeepChat(stream: true | { readonly partialRender: true }): Open {
  return async (container) => {
    const chat = document.createElement('deep-chat') as DeepChat;
    const asked = new Promise<Signals>((resolve) => {
      chat.connect = { stream, handler: (_body, signals) => resolve(signals) };
    });
    const isReady = new Promise<void>((resolve) => (chat.onComponentRender = () => resolve()));
    container.append(chat);
    await isReady;
    chat.submitUserMessage({ text: 'Go on' });
    const signals = await asked;
    signals.onOpen();
    return {
      // Looked up each time: the element builds its page anew after it was given its `connect`.
      get root() {
        const root = chat.shadowRoot?.getElementById('messages');
        if (!root)
          throw new Error('deep-chat has no #messages in its shadow root: look how this version builds its page');
        return root;
      },
      write: (chunk) => void signals.onResponse({ text: chunk }),
      flush() {},
      end: () => signals.onClose(),
    };
  };
}

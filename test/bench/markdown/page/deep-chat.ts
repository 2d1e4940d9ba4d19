/** deep-chat is an element with a connection of its own: its `handler` is that connection, and the chunks come out of it. */
import 'deep-chat-element';
import type { DeepChat, Signals } from 'deep-chat-element';
import type { Open } from './contestant.js';

const QUESTION = 'Go on';

export function openDeepChat(stream: true | { readonly partialRender: true }): Open {
  return async (container) => {
    const chat = document.createElement('deep-chat') as DeepChat;
    const asked = new Promise<Signals>((resolve) => {
      chat.connect = { stream, handler: (_body, signals) => resolve(signals) };
    });
    const isReady = new Promise<void>((resolve) => (chat.onComponentRender = () => resolve()));
    container.append(chat);
    await isReady;
    // A property that is set has the page built anew, in a later task: what was said before would be gone.
    do await new Promise((resolve) => setTimeout(resolve));
    while (chat._waitingToRender_);
    chat.submitUserMessage({ text: QUESTION });
    const signals = await asked;
    signals.onOpen();
    const root = chat.shadowRoot?.getElementById('messages');
    // Text in a page that is not shown costs nothing: then nothing may be measured.
    if (!root?.textContent?.includes(QUESTION)) {
      throw new Error('deep-chat does not show what it was asked: look how this version builds its page');
    }
    return {
      root,
      write: (chunk) => void signals.onResponse({ text: chunk }),
      flush() {},
      end: () => signals.onClose(),
    };
  };
}

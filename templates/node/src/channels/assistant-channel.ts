import type { Channel } from '../cable/channel.js';
import { isUuid, type Chat } from '../chat/index.js';

/**
 * The channel of the chat protocol. Its subscription needs `conversation_id`, a UUID; further parameters are the page's.
 *
 * Subscribing proves nothing and needs no proof: the stream's name contains the subscriber, so a conversation of somebody
 * else's is, here, just a silent stream. Whose it is decides each action, and refuses it as `forbidden`; a refused
 * `resume` has the client_id null and tells the widget to mint another conversation. A rejected subscription could not
 * say so, and a restored session runs no `subscribed` at all.
 */
export function createAssistantChannel(chat: Chat): Channel {
  return {
    subscribed(context) {
      const conversationId = context.params['conversation_id'];
      if (!isUuid(conversationId)) return context.reject();
      context.streamFrom(chat.streamFor(context.identity.user, conversationId), { presence: true });
    },

    perform(context, action, data) {
      const conversationId = context.params['conversation_id'];
      if (!isUuid(conversationId)) return; // its subscription was rejected
      chat.perform({ user: context.identity.user, conversationId }, action, data, (frame) =>
        context.transmit({ ...frame }),
      );
    },
  };
}

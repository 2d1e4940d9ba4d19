import { createHash } from 'node:crypto';
import type { Channel } from '../cable/channel.js';

const ROOM_ID = /^[\w-]{1,64}$/;

/**
 * Who is in a room: for `<cable-presence channel="ChatChannel" channel-params='{"room_id": "lobby"}'>`. Needs `room_id`.
 * The visitor is joined by the server, under a name that says the same about them everywhere and nothing else: others see
 * it, so it is not the id that their conversations are kept under.
 *
 * Rooms are open to everybody. A site whose rooms are not asks its own data here.
 */
export function createChatChannel(): Channel {
  return {
    subscribed(context) {
      const roomId = context.params['room_id'];
      if (typeof roomId !== 'string' || !ROOM_ID.test(roomId)) return context.reject();
      context.streamFrom(`chat-room/${roomId}`, { presence: true });
      context.joinPresence(memberId(context.identity.user));
    },

    perform() {
      // It has no actions: members come and go by their subscriptions.
    },
  };
}

function memberId(user: string): string {
  return createHash('sha256').update(`cable-chat member ${user}`).digest('base64url').slice(0, 22);
}

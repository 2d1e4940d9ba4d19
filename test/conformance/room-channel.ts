import type { Broadcast, Channel, JsonObject } from '../../templates/node/src/cable/channel.js';

/** The channel of the transcripts. It does what its parameters and actions say. */
export const ROOM = 'RoomChannel';

export interface RoomParams {
  /** The stream's name. */
  readonly room: string;
  readonly second?: string;
  readonly presence?: true;
  readonly whisper?: true;
  /** The server joins whoever subscribes, under this id. */
  readonly join?: string;
  readonly greet?: true;
  readonly reject?: true;
  readonly fail?: true;
}

export function roomIdentifier(params: RoomParams): string {
  return JSON.stringify({ channel: ROOM, ...params });
}

export function createRoomChannel(broadcast: Broadcast): Channel {
  return {
    subscribed(context) {
      const { room, second, presence, whisper, join, greet, reject, fail } = context.params as unknown as RoomParams;
      if (fail === true) throw new Error('told to fail');
      if (reject === true) context.reject();
      context.streamFrom(room, { presence: presence === true, whisper: whisper === true });
      if (second !== undefined) context.streamFrom(second);
      if (greet === true) context.transmit({ greeting: 'hi' });
      if (join !== undefined) context.joinPresence(join, { by: 'server' });
    },
    perform(context, action, data) {
      switch (action) {
        case 'echo':
          return context.transmit({ echo: data });
        case 'whoami':
          return context.transmit({ user: context.identity.user });
        case 'count':
          for (let n = 1; n <= Number(data['to']); n++) context.transmit({ n });
          return;
        case 'say':
          return broadcast(String(context.params['room']), data['message'] as JsonObject);
        case 'join':
          return context.joinPresence(String(data['id']), data['info']);
        case 'leave':
          return context.leavePresence();
        case 'fail':
          throw new Error('told to fail');
        default:
          return context.transmit({ unknown: action });
      }
    },
  };
}

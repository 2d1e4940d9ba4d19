import type { Socket } from 'node:net';
import type { Ending } from './faults.js';

/** FIN or RST. Nothing happens to a socket that is gone. */
export function endSocket(socket: Socket, ending: Ending): void {
  if (socket.destroyed) return;
  if (ending === 'end') socket.end();
  // libuv refuses a reset while a FIN is on its way out (EINVAL of uv_tcp_close_reset), and Node then takes the handle for
  // closed: no `close` event, and a process that turns round for ever when it should exit. The FIN takes a turn or two.
  // https://github.com/libuv/libuv/blob/v1.x/src/unix/tcp.c, https://github.com/nodejs/node/blob/main/src/tcp_wrap.cc
  else if (isSendingFin(socket)) socket.once('finish', () => endSocket(socket, 'reset'));
  else socket.resetAndDestroy();
}

function isSendingFin(socket: Socket): boolean {
  return socket.writableEnded && socket.writableLength === 0 && !socket.writableFinished;
}

import type { Socket } from 'node:net';
import { MAX_HEAD_BYTES } from './ws-frames.js';

/**
 * What a client says first, up to the end of its HTTP head at least. The socket is paused afterwards. Resolves with less
 * when the client ends before, and with what there is when it speaks no HTTP.
 */
export function readRequestHead(socket: Socket): Promise<Buffer> {
  return new Promise((resolve) => {
    let head = Buffer.alloc(0);
    const finish = (): void => {
      socket.off('data', read).off('end', finish).off('close', finish);
      socket.pause();
      resolve(head);
    };
    const read = (bytes: Buffer): void => {
      head = Buffer.concat([head, bytes]);
      if (head.includes('\r\n\r\n') || head.length > MAX_HEAD_BYTES) finish();
    };
    socket.on('data', read).on('end', finish).on('close', finish);
  });
}

/** The same request without an offer to compress: servers then send messages that a lossy link can harm. */
export function withoutExtensions(head: Buffer): Buffer {
  const end = head.indexOf('\r\n\r\n');
  if (end < 0) return head;
  const kept = head.toString('latin1', 0, end + 2).replace(/^sec-websocket-extensions:[^\r\n]*\r\n/gim, '');
  return Buffer.concat([Buffer.from(kept, 'latin1'), head.subarray(end + 2)]);
}

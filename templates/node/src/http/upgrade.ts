/**
 * Upgrades of a web server: WebSockets go where they belong, every other offer is declined. RFC 9110, section 7.8, lets a
 * server ignore `Upgrade`; `curl --http2` and Java's HttpClient offer `h2c` with every first request and expect a plain
 * answer. Node hands over all of them alike as soon as anybody listens for `upgrade`, and only Node 24.9 and later can be
 * told to choose.
 */
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';

export type UpgradeHandler = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/** `accept` gets the WebSocket handshakes; requests with another offer are answered as if it had not been made. */
export function onWebSocketUpgrade(server: Server, accept: UpgradeHandler): void {
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (request.headers.upgrade?.trim().toLowerCase() === 'websocket') accept(request, socket, head);
    else readAgain(server, request, socket, head);
  });
}

/**
 * Gives the socket back to the server with the request unread, but for its `Upgrade` lines: so a body, what follows on
 * the same connection, time-outs and closing are Node's business as ever. Injecting a socket is what Node's `connection`
 * event is documented for.
 */
function readAgain(server: Server, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  const lines = [`${request.method} ${request.url} HTTP/${request.httpVersion}`];
  for (let index = 0; index + 1 < request.rawHeaders.length; index += 2) {
    const [name, value] = request.rawHeaders.slice(index, index + 2) as [string, string];
    // Without a space, so that it cannot become longer than the headers may be.
    if (name.toLowerCase() !== 'upgrade') lines.push(`${name}:${value}`);
  }
  // Latin-1 is how Node decoded the bytes.
  socket.unshift(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), head]));
  server.emit('connection', socket);
}

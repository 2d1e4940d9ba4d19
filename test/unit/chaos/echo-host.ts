/** A real WebSocket server that knows nothing of our protocol, and clients that keep all they see, for tests of faults. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import WebSocket, { WebSocketServer } from 'ws';
import { Progress } from '../../support/chaos/index.js';

export interface EchoHost {
  readonly url: string;
  readonly port: number;
  /** The server's ends, in the order in which they came; closed ones, too. */
  readonly sockets: readonly WebSocket[];
  /** The same, and those of plain HTTP, as TCP sockets. */
  readonly connections: readonly Socket[];
  /** The next connection's end. */
  accepted(): Promise<WebSocket>;
  stop(): Promise<void>;
}

/** Echoes every message. Plain HTTP requests are answered with `hello over HTTP`. */
export async function startEchoHost({ compression = false } = {}): Promise<EchoHost> {
  const server = createServer((_request, response) => response.end('hello over HTTP'));
  const connections: Socket[] = [];
  server.on('connection', (socket) => connections.push(socket));
  const sockets: WebSocket[] = [];
  const cable = new WebSocketServer({
    server,
    perMessageDeflate: compression ? { threshold: 0 } : false,
    maxPayload: 64 << 20,
  });
  cable.on('connection', (socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `ws://127.0.0.1:${port}/echo`,
    port,
    sockets,
    connections,
    accepted: async () => {
      const [socket] = (await once(cable, 'connection')) as [WebSocket];
      return socket;
    },
    stop: async () => {
      for (const socket of connections) socket.destroy();
      cable.close();
      server.close();
      await once(server, 'close');
    },
  };
}

export class EchoClient {
  readonly messages: string[] = [];
  readonly #progress = new Progress();
  /** Resolves with the closing code; 1006: without a closing frame. */
  readonly closed: Promise<number>;
  /** The network's errors, by code. */
  readonly errors: string[] = [];

  private constructor(readonly socket: WebSocket) {
    socket.on('message', (data) => {
      this.messages.push(String(data));
      this.#progress.add('messages');
    });
    socket.on('error', (error: NodeJS.ErrnoException) => this.errors.push(error.code ?? error.message));
    this.closed = new Promise((resolve) => socket.on('close', resolve));
  }

  static async connect(url: string, options: WebSocket.ClientOptions = {}): Promise<EchoClient> {
    const client = new EchoClient(new WebSocket(url, { perMessageDeflate: false, ...options }));
    await once(client.socket, 'open');
    return client;
  }

  /** Does not wait for the connection, which may never come. */
  static begin(url: string): EchoClient {
    return new EchoClient(new WebSocket(url, { perMessageDeflate: false }));
  }

  send(...texts: readonly string[]): void {
    for (const text of texts) this.socket.send(text);
  }

  /** Resolves when so many messages have come in all. */
  received(count: number): Promise<void> {
    return this.#progress.reached('messages', count, AbortSignal.timeout(10_000));
  }

  /** Sends a message and waits until it comes back. */
  async roundTrip(text = 'are you there?'): Promise<void> {
    const count = this.messages.length + 1;
    this.send(text);
    await this.received(count);
  }
}

export const numbered = (count: number, from = 0): string[] =>
  Array.from({ length: count }, (_, index) => `message ${from + index}`);

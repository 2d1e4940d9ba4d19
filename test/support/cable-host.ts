/** A CableServer alone, with channels of the test's own, on a free port: for tests of the cable itself. */
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CableServer } from '../../templates/node/src/cable/server.js';
import type { Channel } from '../../templates/node/src/cable/channel.js';
import type { Identify } from '../../templates/node/src/cable/identity.js';
import type { PartialCableOptions } from '../../templates/node/src/cable/options.js';
import { createLogger } from '../../templates/node/src/logger.js';
import { CableClient } from './cable-client.js';
import type { CableClientOptions } from './cable-client.js';

export interface CableHost {
  readonly cable: CableServer;
  readonly url: string;
  /** Every line logged so far, debug included. */
  readonly log: readonly string[];
  /** Connects and reads the first frame (a welcome, mostly). */
  connect(options?: CableClientOptions & { readonly user?: string }): Promise<CableClient>;
  /** Connects and reads nothing. */
  open(options?: CableClientOptions & { readonly user?: string }): Promise<CableClient>;
  stop(): Promise<void>;
}

export interface CableHostOptions {
  readonly channels?: Readonly<Record<string, Channel>>;
  readonly identify?: Identify;
  readonly options?: PartialCableOptions;
  readonly responseHeaders?: (request: IncomingMessage) => readonly string[];
  readonly now?: () => number;
}

/** Callers are identified by the header `x-user` (default `ada`); `nobody` is refused. */
const byHeader: Identify = (request) => {
  const user = request.headers['x-user'] ?? 'ada';
  return user === 'nobody' ? null : { user: String(user) };
};

export async function startCableHost({
  channels = {},
  identify = byHeader,
  ...parts
}: CableHostOptions = {}): Promise<CableHost> {
  const log: string[] = [];
  const cable = new CableServer({
    ...parts,
    channels,
    identify,
    logger: createLogger('debug', (line) => log.push(line)),
  });
  const server = createServer((_request, response) => response.writeHead(404).end());
  server.on('upgrade', (request, socket, head) => cable.handleUpgrade(request, socket, head));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const url = `ws://127.0.0.1:${port}/cable`;
  const open: CableHost['open'] = ({ user = 'ada', headers, ...options } = {}) =>
    CableClient.connect(url, { ...options, headers: { 'x-user': user, ...headers } });
  return {
    cable,
    url,
    log,
    open,
    connect: async (options) => {
      const client = await open(options);
      await client.next();
      return client;
    },
    stop: async () => {
      await cable.close();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

/**
 * Ports that were free a moment ago, all different. For programs that cannot be told to take any; somebody else may be
 * quicker, so whoever uses them tries again.
 */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        // On every address: the proxy listens on all of them.
        server.listen(0, resolve);
      });
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/**
 * The embedded server for tests: the real one, whole, on a free port, with a database in a directory of its own.
 * Reused by the unit, browser and end-to-end suites.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../../templates/node/src/config.js';
import type { Environment } from '../../templates/node/src/config.js';
import { createLogger } from '../../templates/node/src/logger.js';
import { startServer } from '../../templates/node/src/server.js';
import type { RunningServer, ServerOptions } from '../../templates/node/src/server.js';

export interface TestServerOptions extends Partial<Omit<ServerOptions, 'config' | 'logger'>> {
  /** As in production; default: the demo model as fast as it can. */
  readonly environment?: Environment;
}

export interface TestServer {
  /** The process of now; another one after a restart. */
  readonly server: RunningServer;
  readonly url: string;
  readonly cableUrl: string;
  /** Every line logged so far, debug included; across restarts. */
  readonly log: readonly string[];
  /**
   * Stops and starts again at the same port with the same database, as a deployment does: new epoch, no sessions.
   * `between` runs while nobody is there.
   */
  restart(between?: () => void | Promise<void>): Promise<void>;
  /** Stops everything and deletes the database. Idempotent. */
  stop(): Promise<void>;
}

/** The user of whoever connects: the header `x-user`, for raw clients that play several visitors. */
export const identifyByHeader: NonNullable<ServerOptions['identify']> = (request) => ({
  user: String(request.headers['x-user'] ?? 'ada'),
});

export async function startTestServer({ environment, ...parts }: TestServerOptions = {}): Promise<TestServer> {
  const directory = await mkdtemp(join(tmpdir(), 'cable-chat-server-'));
  const log: string[] = [];
  const logger = createLogger('debug', (line) => log.push(line));
  const start = (port: number): Promise<RunningServer> =>
    startServer({
      ...parts,
      logger,
      config: readConfig({
        DATABASE_PATH: join(directory, 'chat.sqlite3'),
        DEMO_SPEED: 'max',
        ...environment,
        PORT: String(port),
      }),
    });
  let stopped = false;
  let server: RunningServer;
  try {
    server = await start(0);
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
  return {
    get server() {
      return server;
    },
    url: server.url,
    cableUrl: server.cableUrl,
    log,
    restart: async (between) => {
      const { port } = server;
      await server.close();
      await between?.();
      server = await start(port);
    },
    stop: async () => {
      if (stopped) return;
      stopped = true;
      await server.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

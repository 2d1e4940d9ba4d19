/** One server after another at the same address, so that a server can be restarted from inside of this process. */
import { startServer } from './server.js';
import type { RunningServer, ServerOptions } from './server.js';

export interface Supervisor {
  /** The server of now; another one after a restart. */
  readonly server: RunningServer;
  /**
   * Closes the server as a deployment does (answers under way are interrupted, everybody is told to come back) and starts
   * another with the same options at the same port: a new epoch, no sessions, the database as it was. Resolves when it
   * runs. Asked again meanwhile, it is still one restart.
   */
  restart(): Promise<void>;
  /** As RunningServer's; also during a restart. */
  close(options?: { readonly drainMs?: number }): Promise<void>;
}

/**
 * Throws what startServer throws. `onLost` is called when a restart fails: nothing runs then, and nobody tries again.
 */
export async function superviseServer(
  options: Omit<ServerOptions, 'restart'>,
  onLost: (error: unknown) => void,
): Promise<Supervisor> {
  let isClosed = false;
  let restarting: Promise<void> | undefined;

  const restart = async (): Promise<void> => {
    const { port } = server;
    await server.close();
    if (isClosed) return;
    server = await start({ ...options.config, port });
    if (isClosed) await server.close();
  };
  const restartOnce = (): Promise<void> => {
    if (isClosed) return Promise.resolve();
    restarting ??= restart().finally(() => (restarting = undefined));
    return restarting;
  };
  const start = (config: ServerOptions['config']): Promise<RunningServer> =>
    startServer({ ...options, config, restart: () => void restartOnce().catch(onLost) });

  let server = await start(options.config);
  return {
    get server() {
      return server;
    },
    restart: restartOnce,
    async close(closing) {
      isClosed = true;
      await server.close(closing);
      await restarting?.catch(() => {
        // Said by onLost; what was to be closed is not there.
      });
    },
  };
}

import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { ChaosError } from '../../chaos/errors.js';
import { startProcess, type ManagedProcess } from '../../chaos/managed-process.js';
import { ExitCode, ScaffoldError } from '../../errors.js';
import { rubyEnvironment } from '../../rails/tools.js';

export interface RunningApp {
  readonly url: string;
  readonly cableUrl: string;
  stop(): Promise<void>;
}

export interface StartOptions {
  readonly folder: string;
  /** For a shell; gets PORT, and of what anycable-thruster reads HTTP_PORT, TARGET_PORT and ANYCABLE_HTTP_BROADCAST_PORT. */
  readonly command: string;
  readonly env: NodeJS.ProcessEnv;
  /** AnyCable calls Rails over gRPC, on a port of its own. */
  readonly grpc: boolean;
  readonly report: (line: string) => void;
  readonly signal: AbortSignal;
}

/** A machine with all its cores busy takes minutes to load Rails. */
const PATIENCE = 180_000;

/**
 * Starts an app as its developer does, on ports that are free, and waits until it serves pages.
 * @throws ScaffoldError with the end of what it said
 */
export async function startApp({ folder, command, env, grpc, report, signal }: StartOptions): Promise<RunningApp> {
  const [port = 0, target = 0, broadcast = 0, rpc = 0] = await freePorts(4);
  const host = `127.0.0.1:${port}`;
  let running: ManagedProcess;
  try {
    running = await startProcess({
      command: 'sh',
      args: ['-c', command],
      cwd: folder,
      env: {
        ...rubyEnvironment(process.env),
        PORT: String(port),
        HTTP_PORT: String(port),
        TARGET_PORT: String(target),
        ANYCABLE_HTTP_BROADCAST_PORT: String(broadcast),
        // Over HTTP it is Puma's, which the app knows.
        ...(grpc ? { ANYCABLE_RPC_HOST: `127.0.0.1:${rpc}` } : {}),
        ...env,
      },
      ready: { port },
      deadline: PATIENCE,
      group: true,
    });
  } catch (error) {
    if (!(error instanceof ChaosError)) throw error;
    throw new ScaffoldError(ExitCode.failed, `The app does not start. ${error.message}`, { cause: error });
  }
  try {
    await served(`http://${host}/`, running, report, signal);
  } catch (error) {
    await running.stop();
    throw error;
  }
  return { url: `http://${host}/`, cableUrl: `ws://${host}/cable`, stop: () => running.stop() };
}

/** A proxy listens before the app behind it does. */
async function served(
  url: string,
  running: ManagedProcess,
  report: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const late = Date.now() + PATIENCE;
  for (;;) {
    signal.throwIfAborted();
    const response = await fetch(url, { signal, redirect: 'manual' }).catch(() => undefined);
    // 502 is the proxy's; an app may well have no page at its root.
    if (response !== undefined && response.status < 500) return;
    signal.throwIfAborted();
    report(running.log.at(-1) ?? '');
    if (!running.isRunning || Date.now() > late) {
      const why = running.isRunning ? `answers ${response?.status ?? 'nothing'}` : 'ended';
      throw new ScaffoldError(ExitCode.failed, `The app ${why}. It said:\n${running.log.slice(-30).join('\n')}`);
    }
    await sleep(200, undefined, { signal });
  }
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject).listen(0, '127.0.0.1', resolve);
      });
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

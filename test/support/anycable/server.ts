/**
 * The real AnyCable server on ports of its own, with the memory broker and the HTTP broadcast adapter: what later
 * suites measure themselves against.
 *
 * Its WebSocket port listens on every address, because `thrust` cannot be told otherwise; the broadcast port on
 * 127.0.0.1 only.
 */
import { randomBytes } from 'node:crypto';
import { ensureAnyCable } from '../../../scripts/anycable.mjs';
import { AnyCableError } from './errors.js';
import { freePorts } from './ports.js';
import { startThrust } from './thrust.js';
import type { Thrust } from './thrust.js';

export interface AnyCableOptions {
  /** Where its RPC goes, such as `http://127.0.0.1:3100/_anycable`. Absent: no RPC (signed or public streams only). */
  readonly rpcUrl?: string | undefined;
  /** Shared with the RPC host and the publishers; default: a random one. */
  readonly secret?: string | undefined;
  /** Messages of a stream that are kept, default 100 as AnyCable's own. */
  readonly historyLimit?: number | undefined;
  /** Seconds that they are kept, default 300 as AnyCable's own. */
  readonly historyTtl?: number | undefined;
  /** Seconds that a session can be resumed, default 300 as AnyCable's own. */
  readonly sessionsTtl?: number | undefined;
  /** Headers of the handshake that the RPC gets to see; default `cookie`, `origin` and `x-user`. */
  readonly headers?: readonly string[] | undefined;
  /** More of AnyCable's settings, such as `{ANYCABLE_PUBLIC: 'true'}`; wins over everything above. */
  readonly env?: Readonly<Record<string, string>> | undefined;
}

export interface AnyCableServer {
  /** Such as `ws://127.0.0.1:3180/cable`; the same after a restart. */
  readonly cableUrl: string;
  /** Such as `http://127.0.0.1:3182/_broadcast`; the same after a restart. */
  readonly broadcastUrl: string;
  readonly secret: string;
  /** Of the process of now. @throws AnyCableError `not_running` */
  readonly pid: number;
  /** Every line logged so far (JSON); across restarts. */
  readonly log: readonly string[];
  /** Ends the process by SIGKILL; start again by `restart`. */
  kill(): Promise<void>;
  /**
   * Ends the process (as a deployment does; `abruptly`: by SIGKILL) unless that has happened, and starts another at
   * the same ports: new epoch, no history, no sessions. `between` runs while nobody is there. `until`: what has to be
   * said before it ends.
   */
  restart(options?: RestartOptions): Promise<void>;
  /** Idempotent. */
  stop(): Promise<void>;
}

export interface RestartOptions {
  readonly abruptly?: boolean;
  readonly until?: Promise<unknown>;
  readonly between?: () => void | Promise<void>;
}

const ATTEMPTS = 3;

/** @throws AnyCableError `not_started`, and what `ensureAnyCable` throws where it cannot be installed */
export async function startAnyCable(options: AnyCableOptions = {}): Promise<AnyCableServer> {
  const executable = await ensureAnyCable();
  const secret = options.secret ?? randomBytes(16).toString('hex');
  const log: string[] = [];
  const launch = (ports: Ports): Promise<Thrust> =>
    startThrust(executable, environment(options, secret, ports), ports.broadcast, (line) => log.push(line));

  let ports: Ports = await choosePorts();
  let running: Thrust | undefined;
  for (let attempt = 1; running === undefined; attempt++) {
    try {
      running = await launch(ports);
    } catch (error) {
      if (attempt === ATTEMPTS || !log.some((line) => line.includes('address already in use'))) throw error;
      ports = await choosePorts();
    }
  }
  return {
    cableUrl: `ws://127.0.0.1:${ports.cable}/cable`,
    broadcastUrl: `http://127.0.0.1:${ports.broadcast}/_broadcast`,
    secret,
    log,
    get pid() {
      if (running === undefined) throw new AnyCableError('not_running', 'The AnyCable server is not running.');
      return running.pid;
    },
    async kill() {
      const process = running;
      running = undefined;
      await process?.kill();
    },
    async restart({ abruptly = false, until, between } = {}) {
      const process = running;
      running = undefined;
      await (abruptly ? process?.kill() : process?.stop(until));
      await between?.();
      running = await launch(ports);
    },
    async stop() {
      const process = running;
      running = undefined;
      await process?.stop();
    },
  };
}

interface Ports {
  readonly cable: number;
  readonly broadcast: number;
}

async function choosePorts(): Promise<Ports> {
  const [cable = 0, broadcast = 0] = await freePorts(2);
  return { cable, broadcast };
}

function environment(options: AnyCableOptions, secret: string, ports: Ports): Record<string, string> {
  const { rpcUrl, historyLimit = 100, historyTtl = 300, sessionsTtl = 300 } = options;
  const { headers = ['cookie', 'origin', 'x-user'] } = options;
  return {
    ANYCABLE_SECRET: secret,
    ANYCABLE_PRESETS: 'broker',
    ANYCABLE_BROKER: 'memory',
    ANYCABLE_BROADCAST_ADAPTER: 'http',
    ANYCABLE_HOST: '127.0.0.1',
    // A port of its own: on the proxy's port `/_broadcast` would go to the wrapped application, and be lost.
    ANYCABLE_HTTP_BROADCAST_PORT: String(ports.broadcast),
    ANYCABLE_HISTORY_LIMIT: String(historyLimit),
    ANYCABLE_HISTORY_TTL: String(historyTtl),
    ANYCABLE_SESSIONS_TTL: String(sessionsTtl),
    ANYCABLE_DISABLE_TELEMETRY: 'true',
    ...(rpcUrl === undefined
      ? { ANYCABLE_NORPC: 'true' }
      : { ANYCABLE_RPC_HOST: rpcUrl, ANYCABLE_HEADERS: headers.join(',') }),
    HTTP_PORT: String(ports.cable),
    // Everything but the cable is passed on to the wrapped application: here is none.
    TARGET_PORT: '1',
    ...options.env,
  };
}

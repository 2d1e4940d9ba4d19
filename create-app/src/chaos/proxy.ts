/**
 * A TCP proxy that does to a connection what networks do. It passes HTTP, WebSockets and anything else as it is, until
 * it is told otherwise.
 *
 *     const proxy = await startChaosProxy({ target: 'ws://127.0.0.1:3000/cable' });
 *     … connect to proxy.url …
 *     await proxy.progress.reached('frames', 20);
 *     proxy.reset();                              // RST, in mid-stream
 *     const lift = proxy.blackHole();             // open, and silent
 *     lift();
 *     await proxy.downFor(2_000);
 *     await proxy.stop();
 *
 * What is said to the proxy holds for the connections there are and for those to come; every connection takes the same
 * faults by itself (`proxy.connections`).
 */
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { newcomersUnder } from './conditions.js';
import type { ConditionInForce } from './conditions.js';
import { ChaosConnection } from './connection.js';
import type { Address } from './connection.js';
import { COUNTERS, noConnections, noTraffic } from './counts.js';
import type { ConnectionCounts, DirectionCounts } from './counts.js';
import { ChaosError } from './errors.js';
import type { Ending, Lift, LinkCut, LinkFault } from './faults.js';
import { FaultyLink } from './faulty-link.js';
import { Progress } from './progress.js';
import { Random } from './random.js';

export interface ChaosProxyOptions {
  /** `ws://host:port/path`, `http://host:port`, or an address. TLS is passed through, but then frames are not seen. */
  readonly target: string | Address;
  /**
   * Which connections faults may hit: `all` (default), or `websocket`, which lets a page load through a proxy that
   * harms only its socket. With `websocket`, a client must speak first.
   */
  readonly harm?: 'all' | 'websocket';
  /** `refuse` takes the offer to compress out of handshakes, for `lossy`, which cannot harm compressed messages. */
  readonly compression?: 'keep' | 'refuse';
  /** Of the chance in `lossy` and `latency`, where they have no seed of their own; default 1. */
  readonly seed?: number;
  /** Where to count; default: a Progress of its own. */
  readonly progress?: Progress;
}

export interface ProxyCounts extends Readonly<ConnectionCounts> {
  /** Connections that are there now. */
  readonly open: number;
  readonly toClient: Readonly<DirectionCounts>;
  readonly toServer: Readonly<DirectionCounts>;
}

/** @throws ChaosError `bad-address` where the target is none, or nothing can listen */
export async function startChaosProxy(options: ChaosProxyOptions): Promise<ChaosProxy> {
  const target = typeof options.target === 'string' ? addressOf(options.target) : options.target;
  const server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: false });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) =>
      reject(new ChaosError('bad-address', 'the proxy cannot listen on 127.0.0.1', { cause: error })),
    );
    server.listen(0, '127.0.0.1', resolve);
  });
  return new ChaosProxy(server, target, options);
}

interface CutForNewcomers {
  readonly fault: LinkCut;
  readonly lifts: Lift[];
}

export class ChaosProxy extends FaultyLink {
  readonly port: number;
  /** Counts what arrives at clients (and servers); COUNTERS tells the names. */
  readonly progress: Progress;
  readonly #server: Server;
  readonly #options: ChaosProxyOptions;
  readonly #random: Random;
  readonly #connections = new Set<ChaosConnection>();
  readonly #counts = noConnections();
  readonly #traffic = { toClient: noTraffic(), toServer: noTraffic() };
  readonly #conditions = new Set<ConditionInForce>();
  readonly #cuts = new Set<CutForNewcomers>();
  readonly #stopping = new AbortController();
  #target: Address;
  #ids = 0;
  #applied = 0;
  #stopped: Promise<void> | undefined;

  /** Use `startChaosProxy`. */
  constructor(server: Server, target: Address, options: ChaosProxyOptions) {
    super();
    this.#server = server;
    this.#target = target;
    this.#options = options;
    this.#random = new Random(options.seed ?? 1);
    this.progress = options.progress ?? new Progress();
    this.port = (server.address() as AddressInfo).port;
    server.on('connection', (socket) => this.#accept(socket));
  }

  /** The target's URL with the proxy's address in it; `http://…` where the target was none. */
  get url(): string {
    const { target } = this.#options;
    return this.urlOf(typeof target === 'string' ? target : `http://${target.host}:${target.port}`);
  }

  /** The same through the proxy: `urlOf('http://127.0.0.1:3000/page')`. */
  urlOf(url: string): string {
    const { pathname, search, hash, protocol } = new URL(url);
    return `${protocol}//127.0.0.1:${this.port}${pathname === '/' ? '' : pathname}${search}${hash}`;
  }

  /** Those that are there now, oldest first. */
  get connections(): readonly ChaosConnection[] {
    return [...this.#connections];
  }

  get counts(): ProxyCounts {
    const { toClient, toServer } = this.#traffic;
    return { ...this.#counts, open: this.#connections.size, toClient: { ...toClient }, toServer: { ...toServer } };
  }

  /** Where new connections go from now on, such as another node of a cluster. */
  retarget(target: string | Address): void {
    this.#target = typeof target === 'string' ? addressOf(target) : target;
  }

  /**
   * A cut hits every connection that is open, else the next one to come; with `newcomers`, all that come until it is
   * lifted.
   */
  apply(fault: LinkFault): Lift {
    if (this.#stopped !== undefined) return () => {};
    switch (fault.kind) {
      case 'reset':
      case 'end':
        for (const connection of this.#harmable()) connection.apply(fault);
        return () => {};
      case 'down': {
        const lift = this.#addCondition({ kind: 'refuse' });
        for (const connection of this.#harmable()) connection.apply(fault);
        return lift;
      }
      case 'cut-after':
      case 'cut-in-frame':
        return this.#arm(fault);
      default:
        return this.#addCondition(fault);
    }
  }

  /** Lifts whatever was applied to the whole proxy. Connections that a black hole broke stay broken. */
  heal(): void {
    this.#conditions.clear();
    for (const cut of this.#cuts) for (const lift of cut.lifts) lift();
    this.#cuts.clear();
    this.#share();
  }

  /** `down` for so many milliseconds; resolves when it is over, or the proxy stopped. */
  async downFor(ms: number, options: { readonly ending?: Ending } = {}): Promise<void> {
    const lift = this.down(options);
    await sleep(ms, undefined, { signal: this.#stopping.signal }).catch(() => {});
    lift();
  }

  /** Closes the port and all connections, and resolves when nothing is left of them. Idempotent. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    this.#stopping.abort();
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    const connections = this.connections;
    for (const connection of connections) connection.destroy();
    await Promise.all([closed, ...connections.map((connection) => connection.closed)]);
    this.progress.end();
  }

  #accept(client: Socket): void {
    if (this.#stopped !== undefined) {
      client.destroy();
      return;
    }
    const { harm = 'all', compression = 'keep' } = this.#options;
    const connection = new ChaosConnection(this.#ids++, client, {
      harm,
      compression,
      target: () => this.#target,
      traffic: this.#traffic,
      progress: this.progress,
      admit: (self) => this.#admit(self),
      count: (what) => this.#counts[what]++,
    });
    this.#connections.add(connection);
    this.#counts.accepted++;
    void connection.closed.then(() => this.#connections.delete(connection));
    void connection.begin();
    this.progress.add(COUNTERS.connections);
  }

  #admit(connection: ChaosConnection): 'pass' | 'swallow' | 'refuse' {
    const fate = newcomersUnder([...this.#conditions]);
    if (fate !== 'pass') return fate;
    connection.share([...this.#conditions]);
    for (const cut of this.#cuts) {
      cut.lifts.push(connection.apply(cut.fault));
      if (cut.fault.newcomers !== true) this.#cuts.delete(cut);
    }
    return 'pass';
  }

  #arm(fault: LinkCut): Lift {
    const open = this.#harmable();
    const cut: CutForNewcomers = { fault, lifts: open.map((connection) => connection.apply(fault)) };
    if (fault.newcomers === true || open.length === 0) this.#cuts.add(cut);
    return () => {
      this.#cuts.delete(cut);
      for (const lift of cut.lifts) lift();
    };
  }

  #addCondition(fault: ConditionInForce['fault']): Lift {
    const random =
      'seed' in fault && fault.seed !== undefined ? new Random(fault.seed) : this.#random.fork(this.#applied++);
    const sparesNewcomers = fault.kind === 'black-hole' && fault.newcomers === 'pass';
    const condition = { fault, random, ...(sparesNewcomers && { lastId: this.#ids - 1 }) };
    this.#conditions.add(condition);
    this.#share();
    return () => {
      if (!this.#conditions.delete(condition)) return;
      this.#share();
      if (fault.kind !== 'black-hole' || fault.afterwards !== 'reset') return;
      for (const connection of this.#connections) connection.resetIfBroken();
    };
  }

  #share(): void {
    const conditions = [...this.#conditions];
    for (const connection of this.#harmable()) connection.share(conditions);
  }

  #harmable(): ChaosConnection[] {
    return this.connections.filter(({ isHarmable }) => isHarmable);
  }
}

function addressOf(url: string): Address {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch (error) {
    throw new ChaosError('bad-address', `the proxy's target is ${JSON.stringify(url)}, which is no URL`, {
      cause: error,
    });
  }
  const { hostname, port, protocol } = parsed;
  const usual = /^(https|wss):$/.test(protocol) ? 443 : 80;
  return { host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? usual : Number(port) };
}

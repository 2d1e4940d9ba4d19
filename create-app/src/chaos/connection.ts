import { Socket } from 'node:net';
import { UNHARMED, conditionsOf } from './conditions.js';
import type { ConditionInForce } from './conditions.js';
import { Meter } from './counts.js';
import type { DirectionCounts } from './counts.js';
import type { Direction, Ending, Lift, LinkFault } from './faults.js';
import { endSocket } from './end-socket.js';
import { FaultyLink } from './faulty-link.js';
import { Pipe } from './pipe.js';
import type { Progress } from './progress.js';
import { Random } from './random.js';
import { readRequestHead, withoutExtensions } from './request-head.js';
import { asksForWebSocket } from './ws-frames.js';

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** What a connection asks of the proxy that it belongs to. */
export interface ConnectionPorts {
  readonly target: () => Address;
  readonly harm: 'all' | 'websocket';
  readonly compression: 'keep' | 'refuse';
  readonly traffic: { readonly toClient: DirectionCounts; readonly toServer: DirectionCounts };
  readonly progress: Progress;
  /** What happens to it, asked once, when it is known whether faults may hit it. */
  readonly admit: (connection: ChaosConnection) => 'pass' | 'swallow' | 'refuse';
  readonly count: (what: 'refused' | 'swallowed' | 'unreachable' | 'upgraded' | 'cut') => void;
}

/** One client's connection through the proxy. Its own faults are added to those of the whole proxy. */
export class ChaosConnection extends FaultyLink {
  /** Resolves when both ends are closed. */
  readonly closed: Promise<void>;
  readonly #client: Socket;
  readonly #server = new Socket({ allowHalfOpen: true });
  readonly #ports: ConnectionPorts;
  readonly #toClient: { readonly pipe: Pipe; readonly meter: Meter };
  readonly #toServer: { readonly pipe: Pipe; readonly meter: Meter };
  readonly #randoms = {
    toClient: new WeakMap<ConditionInForce, Random>(),
    toServer: new WeakMap<ConditionInForce, Random>(),
  };
  readonly #own = new Set<ConditionInForce>();
  #shared: readonly ConditionInForce[] = [];
  #isHarmable: boolean;
  #isWebSocket = false;
  /** It lost something in a black hole, and is one for ever. */
  #isBroken = false;
  #isSevered = false;

  constructor(
    readonly id: number,
    client: Socket,
    ports: ConnectionPorts,
  ) {
    super();
    this.#client = client;
    this.#ports = ports;
    this.#isHarmable = ports.harm === 'all';
    const { traffic, progress } = ports;
    const toClient = new Meter('to-client', traffic.toClient, progress);
    const toServer = new Meter('to-server', traffic.toServer, progress);
    const pipe = (source: Socket, destination: Socket, meter: Meter, direction: Direction): Pipe =>
      new Pipe(source, destination, direction, meter, {
        ended: (ending) => endSocket(destination, ending),
        cut: (ending) => this.#sever(ending, 'both'),
        swallowed: () => this.#break(),
        upgraded: () => direction === 'to-client' && this.#upgraded(),
      });
    this.#toClient = { meter: toClient, pipe: pipe(this.#server, client, toClient, 'to-client') };
    this.#toServer = { meter: toServer, pipe: pipe(client, this.#server, toServer, 'to-server') };
    this.closed = Promise.all([this.#supervise(client), this.#supervise(this.#server)]).then(() => {});
  }

  /** Whether the WebSocket handshake has succeeded. */
  get isWebSocket(): boolean {
    return this.#isWebSocket;
  }

  /** Whether faults hit it. */
  get isHarmable(): boolean {
    return this.#isHarmable;
  }

  get counts(): { readonly toClient: Readonly<DirectionCounts>; readonly toServer: Readonly<DirectionCounts> } {
    return { toClient: { ...this.#toClient.meter.own }, toServer: { ...this.#toServer.meter.own } };
  }

  /** Lets it in, or not. The proxy calls it once. */
  async begin(): Promise<void> {
    const { harm, compression, target, admit, count } = this.#ports;
    let head: Buffer = Buffer.alloc(0);
    if (harm === 'websocket' || compression === 'refuse') {
      head = await readRequestHead(this.#client);
      if (this.#client.destroyed) return this.destroy();
      this.#isHarmable ||= asksForWebSocket(head.toString('latin1'));
      if (compression === 'refuse') head = withoutExtensions(head);
    }
    const fate = this.#isHarmable ? admit(this) : 'pass';
    if (fate === 'refuse') {
      count('refused');
      endSocket(this.#client, 'reset');
      this.#server.destroy();
    } else if (fate === 'swallow') {
      count('swallowed');
      this.#isBroken = true;
      this.#server.destroy();
      this.#client.resume();
    } else {
      this.#dial(target(), head);
    }
  }

  apply(fault: LinkFault): Lift {
    if (!this.#isHarmable) return () => {};
    switch (fault.kind) {
      case 'reset':
      case 'end':
        this.#sever(fault.kind, fault.side ?? 'both');
        return () => {};
      case 'down':
        this.#sever(fault.ending ?? 'reset', 'both');
        return () => {};
      case 'cut-after':
      case 'cut-in-frame':
        return (fault.direction === 'to-server' ? this.#toServer : this.#toClient).pipe.arm(fault);
      default: {
        const condition = { fault, random: new Random(('seed' in fault ? fault.seed : undefined) ?? this.id) };
        this.#own.add(condition);
        this.#refresh();
        return () => {
          if (!this.#own.delete(condition)) return;
          if (fault.kind === 'black-hole' && fault.afterwards === 'reset') this.resetIfBroken();
          this.#refresh();
        };
      }
    }
  }

  /** The conditions of the whole proxy, as they are now. */
  share(conditions: readonly ConditionInForce[]): void {
    this.#shared = conditions;
    this.#refresh();
  }

  /** The end of a connection that a black hole made useless. */
  resetIfBroken(): void {
    if (this.#isBroken) this.#sever('reset', 'both');
  }

  /** Ends both sides without any ceremony. */
  destroy(): void {
    this.#toClient.pipe.close();
    this.#toServer.pipe.close();
    this.#client.destroy();
    this.#server.destroy();
  }

  #dial({ host, port }: Address, head: Buffer): void {
    const failed = (): void => {
      this.#ports.count('unreachable');
      endSocket(this.#client, 'reset');
    };
    this.#server.once('error', failed);
    this.#server.connect({ host, port, noDelay: true }, () => {
      this.#server.off('error', failed);
      this.#toServer.pipe.start(head);
      this.#toClient.pipe.start(Buffer.alloc(0));
    });
  }

  #upgraded(): void {
    this.#isWebSocket = true;
    this.#ports.count('upgraded');
  }

  #sever(ending: Ending, side: 'client' | 'server' | 'both'): void {
    this.#ports.count('cut');
    this.#isSevered = true;
    this.#toClient.pipe.close();
    this.#toServer.pipe.close();
    if (side !== 'server') endSocket(this.#client, ending);
    if (side !== 'client') endSocket(this.#server, ending);
  }

  #break(): void {
    if (this.#isBroken) return;
    this.#isBroken = true;
    this.#refresh();
    this.#tidy();
  }

  #refresh(): void {
    if (!this.#isHarmable) return;
    const shared = this.#shared.filter(({ lastId }) => lastId === undefined || this.id <= lastId);
    const inForce = [...shared, ...this.#own];
    // Of a hole in one direction the other stays free; with the hole gone, what is broken is broken both ways.
    const hasHole = inForce.some(({ fault }) => fault.kind === 'black-hole');
    const isDead = this.#isBroken && !hasHole;
    for (const direction of ['to-client', 'to-server'] as const) {
      const randomOf = (condition: ConditionInForce): Random => this.#randomOf(condition, direction);
      const conditions = isDead ? { ...UNHARMED, isHole: true } : conditionsOf(inForce, direction, randomOf);
      (direction === 'to-client' ? this.#toClient : this.#toServer).pipe.conditions = conditions;
    }
  }

  /** Each direction has numbers of its own, and keeps its place in them while conditions change. */
  #randomOf(condition: ConditionInForce, direction: Direction): Random {
    const drawn = direction === 'to-client' ? this.#randoms.toClient : this.#randoms.toServer;
    let random = drawn.get(condition);
    if (random === undefined) {
      random = condition.random.fork(this.id * 2 + (direction === 'to-client' ? 0 : 1));
      drawn.set(condition, random);
    }
    return random;
  }

  /** Resolves when the socket is closed. */
  #supervise(socket: Socket): Promise<void> {
    socket.on('end', () => this.#tidy());
    // Told by `close`, which follows and is what counts.
    socket.on('error', () => {});
    return new Promise((resolve) => {
      socket.on('close', () => {
        this.#tidy();
        resolve();
      });
    });
  }

  /** Where endings are not passed on any more, a socket that nobody is left at either end of would stay for ever. */
  #tidy(): void {
    if (!this.#isBroken && !this.#isSevered) return;
    if (this.#server.destroyed && this.#client.readableEnded) this.#client.destroy();
    if (this.#client.destroyed && this.#server.readableEnded) this.#server.destroy();
  }
}

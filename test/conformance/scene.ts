/** What a transcript may do, and what is recorded of it. */
import { setTimeout as pause } from 'node:timers/promises';
import { CableClient, UpgradeRefused } from '../support/cable-client.js';
import type { CableClientOptions, RawFrame } from '../support/cable-client.js';
import { broadcastKey, signStreamName } from '../support/anycable/keys.js';
import { SECRET } from './backend.js';
import type { Backend } from './backend.js';
import { NOTES } from './recording.js';
import type { Recording } from './recording.js';
import { roomIdentifier } from './room-channel.js';
import type { RoomParams } from './room-channel.js';
import { makeToken } from './tokens.js';
import type { TokenParts } from './tokens.js';

export interface ConnectOptions extends Omit<CableClientOptions, 'deadline' | 'rewrite'> {
  /** Default: whom the connection is named after. */
  readonly user?: string;
}

/** What travels to the broadcast endpoint. */
export interface Publication {
  readonly stream: string;
  /** The message as JSON, in JSON. */
  readonly data: string;
  readonly meta?: Readonly<Record<string, unknown>>;
}

export function publication(stream: string, message: unknown, meta?: Publication['meta']): Publication {
  return { stream, data: JSON.stringify(message), ...(meta && { meta }) };
}

export interface PostOptions {
  /** Default: the right one. `null`: none. */
  readonly key?: string | null;
  readonly method?: string;
}

/** Seconds until what was waited for counts as missing: a failure of the transcript, or the end of a poll. */
const PATIENCE = 15;
const POLL_INTERVAL = 50;
/**
 * Names no stream, so that every server rejects it, at once: what it sends before that is its answer to all that came
 * earlier. Not recorded.
 */
const NOTHING = JSON.stringify({ channel: '$pubsub', nothing: true });

export class Scene {
  readonly #name: string;
  readonly #backend: Backend;
  readonly #rewrite: ((text: string) => string) | undefined;
  readonly #clients = new Map<string, CableClient>();
  readonly #deaf = new Set<CableClient>();
  readonly #notes: RawFrame[] = [];
  /** Only to find out when something happens: not recorded, as nobody knows how often they ask. */
  readonly #probes: CableClient[] = [];
  #markers = 0;

  /** @param rewrite changes what comes from the server */
  constructor(name: string, backend: Backend, rewrite?: (text: string) => string) {
    this.#name = name;
    this.#backend = backend;
    this.#rewrite = rewrite;
  }

  /** What all keys are made of. */
  readonly secret = SECRET;

  /** A stream of this transcript's own, so that its positions begin at 1. */
  stream(name = 'room'): string {
    return `${this.#name}/${name}`;
  }

  /** The identifier of a subscription to `stream(name)`. */
  room(params: Omit<RoomParams, 'room'> = {}, name?: string): string {
    return roomIdentifier({ room: this.stream(name), ...params });
  }

  /** The identifier of the channel that AnyCable itself serves, for a stream that is named openly. */
  publicStream(name?: string): string {
    return JSON.stringify({ channel: '$pubsub', stream_name: this.stream(name) });
  }

  /** The same by a signed name. */
  signedStream(name?: string, key: string = this.secret): string {
    return this.signed(signStreamName(this.stream(name), key));
  }

  signed(signedName: unknown): string {
    return JSON.stringify({ channel: '$pubsub', signed_stream_name: signedName });
  }

  token(parts: Partial<TokenParts> = {}): string {
    const payload = { ext: JSON.stringify({ user: 'tess' }), exp: Math.floor(Date.now() / 1_000) + 300 };
    return makeToken({ payload, secret: this.secret, ...parts });
  }

  /** Connects and reads the welcome. `who` names the connection in the recording. */
  async connect(who: string, options: ConnectOptions = {}): Promise<CableClient> {
    const client = await this.open(who, options);
    await client.next();
    return client;
  }

  /** Connects and reads nothing. */
  async open(who: string, { user = who, ...options }: ConnectOptions = {}): Promise<CableClient> {
    if (who === NOTES || this.#clients.has(who)) throw new Error(`a second connection "${who}": give it another name`);
    const client = await this.#connect(user, options);
    this.#clients.set(who, client);
    return client;
  }

  /** Connects and reads nothing, or is not let in, which is then recorded. */
  async tryToOpen(who: string, options: ConnectOptions = {}): Promise<void> {
    try {
      await this.open(who, options);
    } catch (error) {
      if (!(error instanceof UpgradeRefused)) throw error;
      this.note({ refused: error.status });
    }
  }

  /** A connection that is not recorded, welcomed. */
  async probe(user: string, options: Omit<ConnectOptions, 'user'> = {}): Promise<CableClient> {
    const client = await this.#connect(user, options);
    this.#probes.push(client);
    await client.next();
    return client;
  }

  /** The user's name as the server knows it: those of different transcripts are different people. */
  identifiers(user: string): string {
    return JSON.stringify({ user: this.#user(user) });
  }

  /** The session's id, from the welcome. */
  sidOf(client: CableClient): string {
    const welcome = client.frames.find(({ type }) => type === 'welcome');
    return String(welcome?.['sid']);
  }

  /** Publishes messages to `stream(name)`, each by itself, in order. */
  async publish(name: string | undefined, ...messages: readonly unknown[]): Promise<void> {
    for (const message of messages) {
      const status = await this.#send(JSON.stringify(publication(this.stream(name), message)), {});
      if (status !== 201) throw new Error(`a broadcast was answered ${status}`);
    }
  }

  /** Sends a request to the broadcast endpoint, and records how it was answered. A string is sent as it is. */
  async post(body: unknown, options: PostOptions = {}): Promise<void> {
    const status = await this.#send(typeof body === 'string' ? body : JSON.stringify(body), options);
    this.note({ status });
  }

  /** Publishes something new to `stream(name)` and waits until all have it: what they do not have by then never comes. */
  async mark(name: string | undefined, ...clients: readonly CableClient[]): Promise<void> {
    const marker = ++this.#markers;
    await this.publish(name, { marker });
    await Promise.all(clients.map((client) => client.next((frame) => messageOf(frame)?.['marker'] === marker)));
  }

  /** Waits for a presence event or list. */
  presence(client: CableClient, part: Readonly<Record<string, unknown>>): Promise<RawFrame> {
    return client.next((frame) => frame['type'] === 'presence' && includes(messageOf(frame), part));
  }

  /** Asks until it is so: for what happens after a while, and sends nothing by itself. */
  async until(isSo: () => boolean | Promise<boolean>, what: string): Promise<void> {
    for (const deadline = Date.now() + PATIENCE * 1_000; !(await isSo()); await pause(POLL_INTERVAL)) {
      if (Date.now() > deadline) throw new Error(`${what}: not within ${PATIENCE} s`);
    }
  }

  /**
   * Records whether the server still handles what this client sends, and says so: servers may have stopped reading. Two
   * of its pings without an answer mean that it does not. Connect with `?pi=1`.
   */
  async hears(client: CableClient): Promise<boolean> {
    client.command('subscribe', NOTHING);
    let pings = 0;
    const { type } = await client.next((frame) => isAnswer(frame) || (frame['type'] === 'ping' && ++pings > 1));
    const heard = type !== 'ping';
    if (!heard) this.#deaf.add(client);
    this.note({ heard });
    return heard;
  }

  /** Waits for an answer that this client is given, or for the server to end the connection, which is recorded. */
  async unlessEnded(client: CableClient, answer: Promise<unknown>): Promise<void> {
    await answer.catch((error: unknown) => {
      if (client.isOpen) throw error;
    });
  }

  /** Records what is no frame. */
  note(what: RawFrame): void {
    this.#notes.push(what);
  }

  /** Ends the process, which tells its clients, and starts another at the same address. */
  restart(): Promise<void> {
    return this.#backend.restart(Promise.all([...this.#clients.values()].map(({ closed }) => closed)));
  }

  /** Waits for what is under way, closes everything, and returns what came. */
  async end(): Promise<Recording> {
    const recording = new Map<string, readonly RawFrame[]>();
    for (const [who, client] of this.#clients) {
      if (client.isOpen && !this.#deaf.has(client)) {
        await this.unlessEnded(client, client.subscribe(NOTHING));
      }
      const ending = client.isOpen ? [] : [{ closed: await client.closed }];
      recording.set(who, [
        { protocol: client.protocol },
        ...client.transcript.filter((frame) => !isAnswer(frame)),
        ...ending,
      ]);
    }
    if (this.#notes.length > 0) recording.set(NOTES, this.#notes);
    return recording;
  }

  /** Cuts all connections. Idempotent. */
  async stop(): Promise<void> {
    await Promise.all([...this.#clients.values(), ...this.#probes].map((client) => client.cut()));
  }

  #connect(user: string, { headers, ...options }: Omit<ConnectOptions, 'user'>): Promise<CableClient> {
    return CableClient.connect(this.#backend.cableUrl, {
      ...options,
      headers: { 'x-user': this.#user(user), ...headers },
      deadline: PATIENCE * 1_000,
      rewrite: this.#rewrite,
    });
  }

  #user(name: string): string {
    return name === 'nobody' ? name : `${name}@${this.#name}`;
  }

  async #send(body: string, { key = broadcastKey(this.secret), method = 'POST' }: PostOptions): Promise<number> {
    const response = await fetch(this.#backend.broadcastUrl, {
      method,
      headers: {
        'content-type': 'application/json',
        ...(key !== null && { authorization: `Bearer ${key}` }),
      },
      ...(method !== 'GET' && { body }),
    });
    await response.arrayBuffer();
    return response.status;
  }
}

/** The part of a frame that the application sent. */
export function messageOf(frame: RawFrame): Readonly<Record<string, unknown>> | undefined {
  const { message } = frame;
  return typeof message === 'object' && message !== null ? (message as Record<string, unknown>) : undefined;
}

function includes(message: Readonly<Record<string, unknown>> | undefined, part: Readonly<Record<string, unknown>>) {
  return message !== undefined && Object.entries(part).every(([name, value]) => message[name] === value);
}

/** To what only the harness asks. */
function isAnswer({ identifier }: RawFrame): boolean {
  return identifier === NOTHING;
}

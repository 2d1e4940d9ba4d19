import { createCable, type Channel } from '@anycable/core';
import { setTimeout as sleep } from 'node:timers/promises';
import WebSocket from 'ws';
import { startChaosProxy } from '../../chaos/proxy.js';
import { ExitCode, ScaffoldError } from '../../errors.js';
import { cutRepeatedly } from './cuts.js';
import { Meter } from './meter.js';
import { compare, type Verdict } from './verdict.js';

export type CableProtocol = 'actioncable-v1-json' | 'actioncable-v1-ext-json';

export interface PlainTrialOptions {
  readonly cableUrl: string;
  readonly channel: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly action: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly protocol: CableProtocol;
  readonly cuts: number;
  readonly cookie: string | undefined;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

/** A stream that says nothing for so long is over, in milliseconds; longer than the longest cut. */
const SILENCE = 8000;
/** For the first message. */
const PATIENCE = 60_000;

/**
 * Any channel of any app: its action is performed over a line that is cut, and what comes there is compared with what a
 * second client gets over one that is not. The client is AnyCable's own, with the protocol that the app's pages use.
 */
export async function tryPlain(options: PlainTrialOptions): Promise<Verdict> {
  const { cableUrl, action, data, cuts: count, protocol, say, signal } = options;
  const proxy = await startChaosProxy({ target: cableUrl });
  const whole = new Line(cableUrl, options);
  const broken = new Line(proxy.url, options, new URL(cableUrl));
  try {
    await Promise.all([whole.subscribed(signal), broken.subscribed(signal)]);
    await broken.perform(action, data);
    const ending = endOf(whole, signal);
    const cuts = await cutRepeatedly({
      proxy,
      count,
      progress: () => whole.messages.length,
      reached: (messages) => whole.meter.reached(messages),
      isBack: () => broken.isConnected,
      signal,
      onCut: ({ what, at }) => say(`cut after ${at} messages: ${what}`),
    });
    await ending;
    // What is sent again comes at once after a reconnect.
    while (broken.messages.length < whole.messages.length && broken.meter.silence < SILENCE)
      await sleep(100, undefined, { signal });
    return compare(whole.messages, broken.messages, cuts, broken.historyLost ?? reasons[protocol]);
  } finally {
    whole.close();
    broken.close();
    await proxy.stop();
  }
}

const reasons: Readonly<Record<CableProtocol, string>> = {
  'actioncable-v1-json': 'never again: the protocol actioncable-v1-json has no history',
  'actioncable-v1-ext-json':
    'never again, although the protocol has history: is there a broker, and do broadcasts go through it?',
};

/** Resolves when the line has been silent for long enough. @throws ScaffoldError where nothing came at all */
async function endOf({ meter }: Line, signal: AbortSignal): Promise<void> {
  const started = Date.now();
  while (meter.value === 0 ? Date.now() - started < PATIENCE : meter.silence < SILENCE) {
    await sleep(100, undefined, { signal });
  }
  meter.end();
  if (meter.value > 0) return;
  throw new ScaffoldError(
    ExitCode.failed,
    `Nothing came for ${PATIENCE / 1000} s, over a line that was not cut: do --action and --data start an answer on the channel's stream?`,
  );
}

class Line {
  readonly messages: string[] = [];
  readonly meter = new Meter();
  /** Said by the server. */
  historyLost: string | undefined;
  readonly #cable: ReturnType<typeof createCable>;
  readonly #channel: Channel;

  constructor(url: string, { channel, params, protocol, cookie }: PlainTrialOptions, site = new URL(url)) {
    const origin = `${site.protocol === 'wss:' ? 'https' : 'http'}://${site.host}`;
    this.#cable = createCable(url, {
      protocol,
      websocketImplementation: WebSocket,
      // Also through the proxy the server shall see its own address, with which it compares the origin.
      websocketOptions: { headers: { host: site.host, origin, ...(cookie === undefined ? {} : { cookie }) } },
      logLevel: 'error',
    });
    this.#channel = this.#cable.subscribeTo(channel, params as Record<string, string>);
    this.#channel.on('message', (message: unknown) => {
      this.messages.push(JSON.stringify(message));
      this.meter.add();
    });
    this.#channel.on('info', (info: { type: string }) => {
      if (info.type === 'history_not_found') this.historyLost = 'the server has it no more: its history is too short';
    });
  }

  /** @throws ScaffoldError where the server does not take it, or says nothing for long */
  subscribed(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const refuse = (why: string): void => {
        settle();
        const cure = 'Where visitors have to sign in, give a session by --cookie.';
        reject(new ScaffoldError(ExitCode.failed, `The channel does not take us (${why}). ${cure}`));
      };
      const interrupted = (): void => {
        settle();
        reject(signal.reason as Error);
      };
      const patience = setTimeout(() => refuse('no answer'), PATIENCE);
      const settle = (): void => {
        clearTimeout(patience);
        signal.removeEventListener('abort', interrupted);
      };
      signal.addEventListener('abort', interrupted, { once: true });
      // The client waits for a closed cable as if it could open.
      this.#cable.on('close', (event) => refuse(event?.reason ?? event?.message ?? 'closed'));
      this.#channel.ensureSubscribed().then(
        () => {
          settle();
          resolve();
        },
        (error: unknown) => refuse(error instanceof Error ? error.message : String(error)),
      );
    });
  }

  async perform(action: string, data: Readonly<Record<string, unknown>>): Promise<void> {
    await this.#channel.perform(action, { ...data } as never);
  }

  get isConnected(): boolean {
    return this.#channel.state === 'connected';
  }

  close(): void {
    this.#cable.disconnect();
  }
}

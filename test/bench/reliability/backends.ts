/** The two servers: the real AnyCable with our chat behind it, and the embedded one. Same model, same chat. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Broadcast, Channel } from '../../../templates/node/src/cable/channel.js';
import type { ChatOptions, StoredText } from '../../../templates/node/src/chat/index.js';
import { startAnyCableChat } from '../../support/anycable/chat-host.js';
import { identifyByName } from '../../support/anycable/rpc-host.js';
import { startTestServer } from '../../support/server.js';
import { word } from './score.js';
import type { BackendName } from './subjects.js';
import type { Talk, Talks } from './talk.js';

export interface Backend {
  readonly cableUrl: string;
  storedText(messageId: string): StoredText | undefined;
  /** Stops as a deployment does, is away for so many milliseconds, and starts again. Resolves with when it was back. */
  restart(away: number): Promise<number>;
}

export interface Backends extends Readonly<Record<BackendName, Backend>> {
  /**
   * What a plain job does: broadcasts each word as it comes, then `complete`, to whoever subscribed to BenchChannel with
   * this stream. Returns how to end it early.
   */
  publish(stream: string, talk: Talk): () => void;
  /** What the servers had to complain about; each line a finding. */
  readonly complaints: readonly string[];
  stop(): Promise<void>;
}

/** All answers at once, and as many as a bench asks for. */
const CHAT: Partial<ChatOptions> = { answersAtOnce: 1_000, maxTokens: 1_000_000 };

const benchChannel: Channel = {
  subscribed: (context) => context.streamFrom(streamOf(String(context.params['stream']))),
  perform: () => undefined,
};

/** @param origin of the pages that will connect, such as `http://127.0.0.1:3000` */
export async function startBackends(talks: Talks, origin: string): Promise<Backends> {
  const { provider } = talks;
  const anycable = await startAnyCableChat({
    provider,
    chat: CHAT,
    channels: () => ({ BenchChannel: benchChannel }),
    // As the usual recipe says.
    anycable: { historyLimit: 100, historyTtl: 300 },
  });
  const embedded = await startTestServer({
    provider,
    chat: CHAT,
    identify: ({ url = '', headers }) => identifyByName({ url, headers: headers as Record<string, string> }),
    cable: { allowedOrigins: [new URL(origin).host] },
  }).catch(async (error: unknown) => {
    await anycable.stop();
    throw error;
  });
  return {
    anycable: {
      cableUrl: anycable.cableUrl,
      storedText: (id) => anycable.chat.storedText(id),
      async restart(away) {
        await anycable.anycable.restart({ between: () => pause(away) });
        return Date.now();
      },
    },
    embedded: {
      cableUrl: embedded.cableUrl,
      storedText: (id) => embedded.server.chat.storedText(id),
      async restart(away) {
        await embedded.restart(() => pause(away));
        return Date.now();
      },
    },
    publish: (stream, talk) => publish(anycable.broadcaster.broadcast, streamOf(stream), talk),
    get complaints() {
      return [...anycable.log, ...embedded.log].filter((line) => / (WARN|ERROR) /.test(line));
    },
    async stop() {
      await Promise.all([anycable.stop(), embedded.stop()]);
    },
  };
}

function publish(broadcast: Broadcast, stream: string, talk: Talk): () => void {
  let next = 1;
  const forget = talk.onChange(() => {
    while (next <= talk.said) broadcast(stream, { type: 'chunk', content: word(next++) });
    if (!talk.isOver) return;
    forget();
    broadcast(stream, { type: 'complete' });
  });
  return forget;
}

function streamOf(name: string): string {
  return `bench/${name}`;
}

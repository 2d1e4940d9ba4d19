/**
 * The two servers that a page may be connected to, alike from outside: the embedded one, and the same chat behind the real
 * AnyCable with a site of its own that serves the pages and the endpoints. One secret, from which every key comes.
 */
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { Tokens, bearerOf, deriveKeys, identifyByToken, nobody } from '../../templates/node/src/auth/index.js';
import { createChatChannel } from '../../templates/node/src/channels/chat-channel.js';
import type { Chat } from '../../templates/node/src/chat/index.js';
import { answerActions } from '../../templates/node/src/http/actions-route.js';
import { cookieCaller, identifiedCaller } from '../../templates/node/src/http/callers.js';
import { postRoute } from '../../templates/node/src/http/route.js';
import { createHttpServer } from '../../templates/node/src/http/server.js';
import type { StaticMount } from '../../templates/node/src/http/static-files.js';
import { answerTokens } from '../../templates/node/src/http/token-route.js';
import { VisitorCookies } from '../../templates/node/src/http/visitor.js';
import { listen } from '../../templates/node/src/listen.js';
import { silentLogger } from '../../templates/node/src/logger.js';
import type { Provider } from '../../templates/node/src/providers/provider.js';
import { startAnyCableChat } from './anycable/chat-host.js';
import type { ChaosProxy } from './chaos/index.js';
import { startTestServer } from './server.js';

export const BACKENDS = ['embedded', 'anycable'] as const;
export type BackendName = (typeof BACKENDS)[number];

export interface BackendOptions {
  readonly mount: StaticMount;
  readonly provider?: Provider;
  /** Seconds; default 15, as AnyCable's. */
  readonly presenceTtl?: number;
  /** Seconds that a session can be resumed; default 300, as AnyCable's. */
  readonly sessionTtl?: number;
  /** Whether signed streams may be whispered on, which no content stream should allow; default false. */
  readonly whisper?: boolean;
}

export interface Backend {
  readonly name: BackendName;
  /** Where pages and endpoints are, such as `http://127.0.0.1:3000`. */
  readonly url: string;
  readonly cableUrl: string;
  readonly secret: string;
  readonly chat: Chat;
  /** What a page needs whose cable goes through a proxy: its own address then, and the cable's. */
  through(proxy: ChaosProxy): { readonly url: string; readonly cableUrl: string };
  /** For the browser's contexts. */
  readonly contextOptions: { readonly bypassCSP: boolean };
  /** A JWT for this user; `seconds`: how long it is good, default an hour. */
  token(user: string, seconds?: number): Promise<string>;
  stop(): Promise<void>;
}

export async function startBackend(name: BackendName, options: BackendOptions): Promise<Backend> {
  const secret = randomBytes(24).toString('hex');
  const started = name === 'embedded' ? await embedded(secret, options) : await anycable(secret, options);
  const key = deriveKeys(secret).tokens;
  const token = async (user: string, seconds = 3_600): Promise<string> =>
    (await new Tokens({ key, ttl: seconds * 1_000 }).mint({ user })).token;
  return { name, secret, token, ...started };
}

type Started = Pick<Backend, 'url' | 'cableUrl' | 'chat' | 'through' | 'contextOptions' | 'stop'>;

async function embedded(secret: string, options: BackendOptions): Promise<Started> {
  const server = await startTestServer({
    mounts: [options.mount],
    ...(options.provider && { provider: options.provider }),
    environment: {
      ANYCABLE_SECRET: secret,
      STREAMS_PRESENCE: 'true',
      STREAMS_WHISPER: String(options.whisper ?? false),
      PRESENCE_TTL: String(options.presenceTtl ?? 15),
      SESSION_TTL: String(options.sessionTtl ?? 300),
    },
  });
  return {
    url: server.url,
    cableUrl: server.cableUrl,
    chat: server.server.chat,
    // It takes sockets only from its own pages, so the pages go the same way.
    through: (proxy) => ({ url: proxy.urlOf(server.url), cableUrl: proxy.urlOf(server.cableUrl) }),
    contextOptions: { bypassCSP: false },
    stop: () => server.stop(),
  };
}

async function anycable(secret: string, options: BackendOptions): Promise<Started> {
  const visitors = new VisitorCookies({ trustProxy: false });
  const host = await startAnyCableChat({
    secret,
    ...(options.provider && { provider: options.provider }),
    identify: ({ headers }) => ({ user: visitors.visitorOf({ headers, socket: {} } as never).user }),
    channels: () => ({ ChatChannel: createChatChannel() }),
    anycable: {
      historyLimit: 10_000,
      sessionsTtl: options.sessionTtl,
      env: {
        ANYCABLE_STREAMS_PRESENCE: 'true',
        ANYCABLE_STREAMS_WHISPER: String(options.whisper ?? false),
        ANYCABLE_PRESENCE_TTL: String(options.presenceTtl ?? 15),
      },
    },
  });
  const keys = deriveKeys(secret);
  const tokens = new Tokens({ key: keys.tokens, ttl: 3_600_000 });
  const byCookie = cookieCaller(visitors);
  const byToken = identifiedCaller(
    identifyByToken({ tokenOf: bearerOf, verifier: tokens, withoutToken: nobody, logger: silentLogger }),
  );
  const actions = answerActions({
    chat: host.chat,
    callerOf: (request, response) => (bearerOf(request) === undefined ? byCookie : byToken)(request, response),
    streamsKey: keys.streams,
    isOpen: () => true,
  });
  const site = createHttpServer({
    mounts: [options.mount, widget()],
    handlers: [
      postRoute({
        path: '/cable_chat/token',
        answer: answerTokens({ callerOf: byCookie, minter: tokens }),
        logger: silentLogger,
      }),
      postRoute({ path: '/cable_chat/actions', answer: actions, logger: silentLogger }),
    ],
    visitors,
    logger: silentLogger,
    health: () => ({}),
  });
  const port = await listen(site, 0, '127.0.0.1');
  return {
    url: `http://127.0.0.1:${port}`,
    cableUrl: host.cableUrl,
    chat: host.chat,
    through: (proxy) => ({ url: `http://127.0.0.1:${port}`, cableUrl: proxy.url }),
    // The policy of the embedded server's pages, which the site's are here, knows no other cable.
    contextOptions: { bypassCSP: true },
    stop: async () => {
      await new Promise<void>((resolve) => {
        site.close(() => resolve());
        site.closeAllConnections();
      });
      await host.stop();
    },
  };
}

function widget(): StaticMount {
  return {
    prefix: '/cable-chat/',
    directory: fileURLToPath(new URL('../../widget/dist/', import.meta.url)),
    isShared: true,
  };
}

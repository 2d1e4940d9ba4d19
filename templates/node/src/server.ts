/** The composition root: connects the cable, the channels, the chat, the model and the web server. */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Tokens, deriveKeys, identifyByToken, nobody, tokenOfHandshake } from './auth/index.js';
import { CableServer } from './cable/index.js';
import type { Broadcast, Channel, Identify, PartialCableOptions } from './cable/index.js';
import { createAssistantChannel } from './channels/assistant-channel.js';
import { createChatChannel } from './channels/chat-channel.js';
import { createLlmStreamChannel } from './channels/llm-stream-channel.js';
import { createChat } from './chat/index.js';
import type { Chat, ChatOptions } from './chat/index.js';
import { cableOptionsFrom, chatOptionsFrom, providerConfig } from './config-options.js';
import type { Config } from './config.js';
import { createAbsentApi, createApi } from './http/api.js';
import { createHttpServer } from './http/server.js';
import type { StaticMount } from './http/static-files.js';
import { onWebSocketUpgrade } from './http/upgrade.js';
import { VisitorCookies } from './http/visitor.js';
import { createLab } from './lab/index.js';
import type { Lab } from './lab/index.js';
import { listen } from './listen.js';
import type { Logger } from './logger.js';
import { createProvider } from './providers/index.js';
import type { Provider } from './providers/provider.js';

export interface ServerOptions {
  readonly config: Config;
  readonly logger: Logger;
  /** Instead of the model that the configuration names. */
  readonly provider?: Provider;
  /** Instead of the visitor's cookie: a site with users of its own says here who is calling. */
  readonly identify?: Identify;
  /** Channels beside those of the chat. */
  readonly channels?: Readonly<Record<string, Channel>>;
  /** Directories beside `public/` and the widget's. */
  readonly mounts?: readonly StaticMount[];
  /** What the configuration does not name. */
  readonly cable?: PartialCableOptions;
  readonly chat?: Partial<ChatOptions>;
  /** How the fault lab restarts this server. Absent: it has no restart. */
  readonly restart?: () => void;
}

export interface RunningServer {
  /** Without a slash at the end, such as `http://127.0.0.1:3000`. */
  readonly url: string;
  /** Such as `ws://127.0.0.1:3000/cable`. */
  readonly cableUrl: string;
  readonly port: number;
  readonly cable: CableServer;
  readonly chat: Chat;
  readonly provider: Provider;
  /**
   * Answers under way get `drainMs` milliseconds (default 0) to finish and are then closed as interrupted; then
   * everybody is told to reconnect later; then everything that was started has stopped. Idempotent.
   */
  close(options?: { readonly drainMs?: number }): Promise<void>;
}

const LAB_MOUNT: StaticMount = { prefix: '/', directory: fileURLToPath(new URL('../lab', import.meta.url)) };
/** One for the process, so that a page that was open keeps its streams when the lab restarts the server. */
const LAB_SECRET = randomBytes(32).toString('hex');

/**
 * Throws ListenError, StorageError, OptionError, ProviderConfigurationError or CableError, each of which says what to do;
 * nothing is left running then.
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { config, logger, provider = createProvider(providerConfig(config)) } = options;
  // The cable needs the channels, they the chat, and the chat the cable to publish by.
  const broadcast: Broadcast = (stream, message) => parts.cable.broadcast(stream, message);
  const chatOptions = { ...chatOptionsFrom(config), ...options.chat };
  const chat = createChat({
    databasePath: config.databasePath,
    provider,
    publish: (conversationId, owner, frame) => broadcast(chat.streamFor(owner, conversationId), { ...frame }),
    options: chatOptions,
    logger,
  });
  const llmStream = createLlmStreamChannel({ provider, broadcast, options: chatOptions, logger });
  let parts: Servers;
  try {
    parts = createServers(options, chat, {
      AssistantChannel: createAssistantChannel(chat),
      ChatChannel: createChatChannel(),
      LlmStreamChannel: llmStream,
    });
  } catch (error) {
    await chat.close();
    throw error;
  }
  const { cable, http, lab } = parts;

  const close = async (drainMs: number): Promise<void> => {
    const stopped = new Promise<void>((resolve) => http.close(() => resolve()));
    await cable.quiesce();
    await Promise.all([llmStream.close(), chat.close({ drainMs })]);
    lab?.close();
    await cable.close();
    http.closeAllConnections();
    await stopped;
  };

  let port: number;
  try {
    port = await listen(http, config.port, config.host);
    // Only now: whoever finds the port taken may not touch the answers of the process that has it.
    chat.start();
  } catch (error) {
    await close(0);
    throw error;
  }
  const address = `${urlHost(config.host)}:${port}`;
  let closed: Promise<void> | undefined;
  return {
    url: `http://${address}`,
    cableUrl: `ws://${address}/cable`,
    port,
    cable,
    chat,
    provider,
    close: ({ drainMs = 0 } = {}) => (closed ??= close(drainMs)),
  };
}

interface Servers {
  readonly cable: CableServer;
  readonly http: Server;
  readonly lab: Lab | undefined;
}

function createServers(
  { config, logger, identify, channels, mounts = [], cable: cableOptions, restart }: ServerOptions,
  chat: Chat,
  chatChannels: Readonly<Record<string, Channel>>,
): Servers {
  const visitors = new VisitorCookies(config);
  const byCookie: Identify = (request) => ({ user: visitors.visitorOf(request).user });
  const withoutToken = config.tokens.isEnforced ? nobody : (identify ?? byCookie);
  // The lab knows visitors by their cookie only, and its page is for nobody else.
  const isLab = config.lab && identify === undefined;
  const secret = config.secret ?? (isLab ? LAB_SECRET : undefined);
  const keys = secret === undefined ? undefined : deriveKeys(secret);
  const plainTokens = keys && new Tokens({ key: keys.tokens, ttl: config.tokens.ttl });
  const lab = isLab && plainTokens ? createLab({ visitors, tokens: plainTokens, chat, logger, restart }) : undefined;
  const tokens = lab?.tokens ?? plainTokens;
  const options = { ...cableOptionsFrom(config, keys?.streams), ...cableOptions };
  const cable = new CableServer({
    channels: { ...chatChannels, ...channels },
    identify: tokens
      ? identifyByToken({ tokenOf: tokenOfHandshake, verifier: tokens, withoutToken, logger })
      : withoutToken,
    // A client without a cookie gets one with the handshake: else each of its connections would be another visitor.
    responseHeaders: (request) => {
      const isByCookie = withoutToken === byCookie && (tokens === undefined || tokenOfHandshake(request) === undefined);
      const { setCookie } = isByCookie ? visitors.visitorOf(request) : {};
      return setCookie === undefined ? [] : [`Set-Cookie: ${setCookie}`];
    },
    options,
    logger,
  });
  const api =
    keys && tokens
      ? createApi({
          keys,
          tokens,
          identify,
          isTokenEnforced: config.tokens.isEnforced,
          visitors,
          cable,
          chat,
          origins: { allowedOrigins: options.allowedOrigins ?? [] },
          logger,
          isOpen: () => http.listening,
        })
      : createAbsentApi(logger);
  const http = createHttpServer({
    // The lab's page stands in the place of the plain one.
    mounts: [...mounts, ...(lab === undefined ? [] : [LAB_MOUNT]), ...defaultMounts(logger)],
    handlers: [...api, ...(lab === undefined ? [] : [lab.handler(cable)])],
    visitors,
    logger,
    health: () => ({ connections: cable.stats.connections, open_answers: chat.openAnswers }),
  });
  onWebSocketUpgrade(http, (request, socket, head) => {
    cable.handleUpgrade(request, lab?.openLine(request, socket) ?? socket, head);
  });
  return { cable, http, lab };
}

/** The page, and the widget's files as its package has them. */
function defaultMounts(logger: Logger): readonly StaticMount[] {
  const widget = dirname(createRequire(import.meta.url).resolve('cable-chat/package.json'));
  if (!existsSync(join(widget, 'dist', 'cable-chat.bundle.js'))) {
    logger.warn('the widget is not built, so the page will stay empty; build it with: npm run build', { widget });
  }
  return [
    { prefix: '/', directory: fileURLToPath(new URL('../public', import.meta.url)) },
    { prefix: '/cable-chat/', directory: join(widget, 'dist'), isShared: true },
  ];
}

/** Where a person reaches a server that listens at `host`. */
function urlHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}

/** The composition root: connects the cable, the channels, the chat, the model and the web server. */
import { existsSync } from 'node:fs';
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CableServer } from './cable/index.js';
import type { Broadcast, Channel, Identify, PartialCableOptions } from './cable/index.js';
import { createAssistantChannel } from './channels/assistant-channel.js';
import { createLlmStreamChannel } from './channels/llm-stream-channel.js';
import { createChat } from './chat/index.js';
import type { Chat, ChatOptions } from './chat/index.js';
import type { Config } from './config.js';
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
  /** Channels beside the two of the chat. */
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
const LAB_LEASE_MS = 4_000;

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
  // It knows visitors by their cookie only, and its page is for nobody else.
  const lab = config.lab && identify === undefined ? createLab({ visitors, chat, logger, restart }) : undefined;
  const cable = new CableServer({
    channels: { ...chatChannels, ...channels },
    identify: identify ?? lab?.identify ?? ((request) => ({ user: visitors.visitorOf(request).user })),
    // A client without a cookie gets one with the handshake: else each of its connections would be another visitor.
    responseHeaders: (request) => {
      const { setCookie } = identify === undefined ? visitors.visitorOf(request) : {};
      return setCookie === undefined ? [] : [`Set-Cookie: ${setCookie}`];
    },
    options: { ...cableOptionsFrom(config), ...cableOptions },
    logger,
  });
  const http = createHttpServer({
    // The lab's page stands in the place of the plain one.
    mounts: [...mounts, ...(lab === undefined ? [] : [LAB_MOUNT]), ...defaultMounts(logger)],
    handlers: lab === undefined ? [] : [lab.handler(cable)],
    visitors,
    logger,
    health: () => ({ connections: cable.stats.connections, open_answers: chat.openAnswers }),
  });
  onWebSocketUpgrade(http, (request, socket, head) => {
    cable.handleUpgrade(request, lab?.openLine(request, socket) ?? socket, head);
  });
  return { cable, http, lab };
}

function providerConfig({ openai, demo }: Config): Parameters<typeof createProvider>[0] {
  if (openai === undefined) return { demo };
  return { demo, openai };
}

function cableOptionsFrom(config: Config): PartialCableOptions {
  return {
    allowedOrigins: config.allowedOrigins,
    pingInterval: config.pingInterval,
    sessionTtl: config.sessionTtl,
    history: { limit: config.historyLimit, ttl: config.historyTtl },
  };
}

function chatOptionsFrom({ systemPrompt, openai, lab, limits }: Config): Partial<ChatOptions> {
  return {
    ...(limits.answerTokens !== undefined && { maxTokens: limits.answerTokens }),
    ...(limits.contextTokens !== undefined && { contextTokens: limits.contextTokens }),
    ...(limits.asksPerMinute !== undefined && { asksPerMinute: limits.asksPerMinute }),
    ...(systemPrompt !== undefined && { systemPrompt }),
    ...(openai?.model !== undefined && { model: openai.model }),
    // Who kills a job there is to see the end of it.
    ...(lab && { leaseMs: LAB_LEASE_MS }),
  };
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

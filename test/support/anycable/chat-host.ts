/**
 * The whole chat server behind the real AnyCable, without Rails: the chat core and both channels of templates/node,
 * AnyCable's RPC to reach them, and their broadcasts posted to AnyCable.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAssistantChannel } from '../../../templates/node/src/channels/assistant-channel.js';
import { createLlmStreamChannel } from '../../../templates/node/src/channels/llm-stream-channel.js';
import type { Broadcast, Channel } from '../../../templates/node/src/cable/channel.js';
import { createChat } from '../../../templates/node/src/chat/index.js';
import type { Chat, ChatOptions } from '../../../templates/node/src/chat/index.js';
import { createLogger } from '../../../templates/node/src/logger.js';
import { createDemoProvider } from '../../../templates/node/src/providers/index.js';
import type { Provider } from '../../../templates/node/src/providers/provider.js';
import { Broadcaster } from './broadcaster.js';
import { startRpcHost } from './rpc-host.js';
import type { RpcHost, RpcHostOptions } from './rpc-host.js';
import { startAnyCable } from './server.js';
import type { AnyCableOptions, AnyCableServer } from './server.js';

export interface AnyCableChatOptions extends Pick<RpcHostOptions, 'identify'> {
  /** Of which all keys come; default: a random one. */
  readonly secret?: string;
  /** Default: the demo model as fast as it can. */
  readonly provider?: Provider;
  readonly chat?: Partial<ChatOptions>;
  /** Channels beside the two of the chat. */
  readonly channels?: (broadcast: Broadcast) => Readonly<Record<string, Channel>>;
  readonly anycable?: Omit<AnyCableOptions, 'rpcUrl' | 'secret'>;
}

export interface AnyCableChat {
  readonly anycable: AnyCableServer;
  readonly rpc: RpcHost;
  readonly chat: Chat;
  readonly provider: Provider;
  readonly broadcaster: Broadcaster;
  readonly cableUrl: string;
  /** Every line that the chat, the RPC and the broadcaster logged, debug included. */
  readonly log: readonly string[];
  /** Stops everything and deletes the database. Idempotent. */
  stop(): Promise<void>;
}

export async function startAnyCableChat(options: AnyCableChatOptions = {}): Promise<AnyCableChat> {
  const { provider = createDemoProvider({ seed: 1, tokensPerSecond: Infinity }) } = options;
  const log: string[] = [];
  const logger = createLogger('debug', (line) => log.push(line));
  const { secret = randomBytes(16).toString('hex') } = options;
  const directory = await mkdtemp(join(tmpdir(), 'cable-chat-anycable-'));
  // What was started last is stopped first, also when starting fails in the middle.
  const stops: (() => Promise<void>)[] = [() => rm(directory, { recursive: true, force: true })];
  let stopping: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    for (const each of stops.reverse()) await each();
  };
  let anycable: AnyCableServer | undefined;
  try {
    const broadcaster = new Broadcaster({ secret, logger, url: () => anycable?.broadcastUrl ?? 'http://127.0.0.1:1/' });
    const { broadcast } = broadcaster;
    stops.push(() => broadcaster.stop());
    const chat = createChat({
      databasePath: join(directory, 'chat.sqlite3'),
      provider,
      publish: (conversationId, owner, frame) => broadcast(chat.streamFor(owner, conversationId), { ...frame }),
      ...(options.chat && { options: options.chat }),
      logger,
    });
    stops.push(() => chat.close());
    const llmStream = createLlmStreamChannel({
      provider,
      broadcast,
      logger,
      ...(options.chat && { options: options.chat }),
    });
    stops.push(() => llmStream.close());
    const channels = {
      AssistantChannel: createAssistantChannel(chat),
      LlmStreamChannel: llmStream,
      ...options.channels?.(broadcast),
    };
    const rpc = await startRpcHost(channels, { secret, logger, identify: options.identify });
    stops.push(() => rpc.stop());
    const server = await startAnyCable({ ...options.anycable, rpcUrl: rpc.url, secret });
    anycable = server;
    stops.push(() => server.stop());
    chat.start();
    return {
      anycable: server,
      rpc,
      chat,
      provider,
      broadcaster,
      cableUrl: server.cableUrl,
      log,
      stop: () => (stopping ??= stop()),
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

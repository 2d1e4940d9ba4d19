/** The two servers that a transcript is played on, set up alike. */
import { Broadcaster } from '../support/anycable/broadcaster.js';
import { startRpcHost } from '../support/anycable/rpc-host.js';
import { startAnyCable } from '../support/anycable/server.js';
import type { AnyCableServer } from '../support/anycable/server.js';
import { startTestServer } from '../support/server.js';
import type { TestServer } from '../support/server.js';
import { createRoomChannel, ROOM } from './room-channel.js';
import type { Settings } from './settings.js';

export interface Backend {
  readonly cableUrl: string;
  readonly broadcastUrl: string;
  /**
   * Ends the process as a deployment does and starts another at the same address: new epoch, no sessions.
   * @param goodbye every client is told, and closed
   */
  restart(goodbye: Promise<unknown>): Promise<void>;
  /** Idempotent. */
  stop(): Promise<void>;
}

/** The same for both and always: signed names are parts of frames, and those are compared. */
export const SECRET = 'the-secret-of-the-conformance-suite';

/** The same everywhere; both servers' own defaults differ here, which is a choice and no divergence. */
const HISTORY_LIMIT = 100;

export async function startEmbedded(settings: Settings): Promise<Backend> {
  const { historyLimit = HISTORY_LIMIT, historyTtl, sessionsTtl } = settings;
  const room = createRoomChannel((stream, message) => server.server.cable.broadcast(stream, message));
  const server: TestServer = await startTestServer({
    environment: {
      ANYCABLE_SECRET: SECRET,
      ...(settings.enforceJwt && { ENFORCE_JWT: 'true' }),
      ...(settings.publicStreams && { PUBLIC_STREAMS: 'true' }),
      ...(settings.streamsWhisper !== undefined && { STREAMS_WHISPER: String(settings.streamsWhisper) }),
      ...(settings.streamsPresence !== undefined && { STREAMS_PRESENCE: String(settings.streamsPresence) }),
      ...(settings.presenceTtl !== undefined && { PRESENCE_TTL: String(settings.presenceTtl) }),
    },
    identify: ({ headers }) => {
      const user = headers['x-user'];
      return user === 'nobody' ? null : { user: String(user ?? 'ada') };
    },
    channels: { [ROOM]: room },
    cable: {
      history: { limit: historyLimit, ...(historyTtl !== undefined && { ttl: historyTtl * 1_000 }) },
      ...(sessionsTtl !== undefined && { sessionTtl: sessionsTtl * 1_000 }),
    },
  });
  return {
    cableUrl: server.cableUrl,
    broadcastUrl: `${server.url}/_broadcast`,
    restart: () => server.restart(),
    stop: () => server.stop(),
  };
}

export async function startReal(settings: Settings): Promise<Backend> {
  const { historyLimit = HISTORY_LIMIT, historyTtl, sessionsTtl } = settings;
  let anycable: AnyCableServer | undefined;
  const broadcaster = new Broadcaster({ secret: SECRET, url: () => anycable?.broadcastUrl ?? 'http://127.0.0.1:1/' });
  const rpc = await startRpcHost({ [ROOM]: createRoomChannel(broadcaster.broadcast) }, { secret: SECRET });
  const stop = async (): Promise<void> => {
    await anycable?.stop();
    await rpc.stop();
    await broadcaster.stop();
  };
  try {
    anycable = await startAnyCable({
      secret: SECRET,
      rpcUrl: rpc.url,
      historyLimit,
      historyTtl,
      sessionsTtl,
      env: {
        ...(settings.enforceJwt && { ANYCABLE_ENFORCE_JWT: 'true' }),
        ...(settings.publicStreams && { ANYCABLE_PUBLIC_STREAMS: 'true' }),
        ...(settings.streamsWhisper !== undefined && { ANYCABLE_STREAMS_WHISPER: String(settings.streamsWhisper) }),
        ...(settings.streamsPresence !== undefined && { ANYCABLE_STREAMS_PRESENCE: String(settings.streamsPresence) }),
        ...(settings.presenceTtl !== undefined && { ANYCABLE_PRESENCE_TTL: String(settings.presenceTtl) }),
      },
    });
  } catch (error) {
    await stop();
    throw error;
  }
  const { cableUrl, broadcastUrl, restart } = anycable;
  return { cableUrl, broadcastUrl, restart: (goodbye) => restart({ until: goodbye }), stop };
}

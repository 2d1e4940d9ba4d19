import { actionCableClient } from './rules/action-cable-client.js';
import { allowedOrigins } from './rules/allowed-origins.js';
import { asyncJobs } from './rules/async-jobs.js';
import { atMostOnce } from './rules/at-most-once.js';
import { batchedBroadcasts } from './rules/batched-broadcasts.js';
import { broadcastAdapter } from './rules/broadcast-adapter.js';
import { broadcastPort } from './rules/broadcast-port.js';
import { brokerMissing } from './rules/broker-missing.js';
import { cableAdapter } from './rules/cable-adapter.js';
import { channelState } from './rules/channel-state.js';
import { channelTimer } from './rules/channel-timer.js';
import { chunkWithoutPosition } from './rules/chunk-without-position.js';
import { composeHost } from './rules/compose-host.js';
import { historyTooShort } from './rules/history-too-short.js';
import { leakedException } from './rules/leaked-exception.js';
import { missingOwnershipCheck } from './rules/missing-ownership-check.js';
import { modelCallInAction } from './rules/model-call-in-action.js';
import { paramsMismatch } from './rules/params-mismatch.js';
import { presenceApi } from './rules/presence-api.js';
import { protocolWithoutHistory } from './rules/protocol-without-history.js';
import { publicStreams } from './rules/public-streams.js';
import { redisBroker } from './rules/redis-broker.js';
import { replayBurst } from './rules/replay-burst.js';
import { secretInRepository } from './rules/secret-in-repository.js';
import { secretsOutOfStep } from './rules/secrets-out-of-step.js';
import { serverSettingsInRails } from './rules/server-settings-in-rails.js';
import { streamBlock } from './rules/stream-block.js';
import { unsignedStream } from './rules/unsigned-stream.js';
import { websocketUrl } from './rules/websocket-url.js';
import { whisper } from './rules/whisper.js';
import type { Rule } from './rule.js';

/** Every rule, in the order of the documentation: what loses text, what never arrives, what opens too much. */
export const rules: readonly Rule[] = [
  protocolWithoutHistory,
  actionCableClient,
  atMostOnce,
  broadcastAdapter,
  serverSettingsInRails,
  historyTooShort,
  brokerMissing,
  redisBroker,
  replayBurst,
  batchedBroadcasts,
  modelCallInAction,
  asyncJobs,
  chunkWithoutPosition,
  cableAdapter,
  broadcastPort,
  websocketUrl,
  composeHost,
  paramsMismatch,
  presenceApi,
  channelState,
  streamBlock,
  channelTimer,
  secretsOutOfStep,
  secretInRepository,
  leakedException,
  missingOwnershipCheck,
  unsignedStream,
  publicStreams,
  whisper,
  allowedOrigins,
];

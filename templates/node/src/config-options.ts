/** What the configuration means to each part of the server. */
import type { PartialCableOptions } from './cable/index.js';
import type { ChatOptions } from './chat/index.js';
import type { Config } from './config.js';
import type { createProvider } from './providers/index.js';

const LAB_LEASE_MS = 4_000;
/** What the names of the channels' streams begin with. A name says whose it is, and says so to everybody in each frame. */
const CHANNEL_STREAMS = ['chat/', 'chat-room/', 'llm/'];

export function providerConfig({ openai, demo }: Config): Parameters<typeof createProvider>[0] {
  if (openai === undefined) return { demo };
  return { demo, openai };
}

/** `streamsKey`: what the names of streams are signed by; undefined: signed streams are off. */
export function cableOptionsFrom(config: Config, streamsKey: string | undefined): PartialCableOptions {
  return {
    allowedOrigins: config.allowedOrigins,
    pingInterval: config.pingInterval,
    sessionTtl: config.sessionTtl,
    presenceTtl: config.presenceTtl,
    history: { limit: config.historyLimit, ttl: config.historyTtl },
    streams: { ...config.streams, reserved: CHANNEL_STREAMS, ...(streamsKey !== undefined && { key: streamsKey }) },
  };
}

export function chatOptionsFrom({ systemPrompt, openai, lab, limits }: Config): Partial<ChatOptions> {
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

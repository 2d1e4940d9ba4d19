import { ConfigurationError } from './errors.js';
import type { RawConfig } from './config.js';

/** A conversation over a signed stream, whose actions are posted. */
export interface DirectConfig {
  /** Absolute, http: or https:. */
  readonly actionsUrl: string;
  /** Of the stream of the page's own conversation; undefined: the server is asked for it. */
  readonly signedStreamName: string | undefined;
}

/** Base64 and a digest, as Rails' MessageVerifier makes them; the server is who verifies it. */
export const SIGNED_NAME = /^[\w+/=-]{1,4096}--[0-9a-f]{32,128}$/i;

/**
 * What the page says about direct streams; undefined: it wants a channel.
 * @throws ConfigurationError naming the attribute, what is wrong with it and what to write instead.
 */
export function directConfig(
  raw: RawConfig,
  httpAddress: (attribute: string, value: string, example: string) => string,
): DirectConfig | undefined {
  const { signedStreamName, actionsUrl, conversationId } = raw;
  if (!signedStreamName && !actionsUrl) return undefined;
  if (!actionsUrl) {
    throw new ConfigurationError(
      'signed-stream-name',
      'signed-stream-name needs actions-url, where actions are posted, such as /cable_chat/actions.',
    );
  }
  if (signedStreamName && !conversationId) {
    throw new ConfigurationError(
      'signed-stream-name',
      'signed-stream-name needs conversation-id, the conversation whose stream it is. Write both, or neither.',
    );
  }
  if (signedStreamName && !SIGNED_NAME.test(signedStreamName)) {
    throw new ConfigurationError(
      'signed-stream-name',
      'signed-stream-name is not a signed name. Write what your server signed, as it is: the name in base64, --, a digest.',
    );
  }
  if (raw.protocol === 'actioncable-v1-json') {
    throw new ConfigurationError(
      'protocol',
      'protocol="actioncable-v1-json" cannot be used with actions-url: only the extended protocol tells the server’s ' +
        'frames from forged ones. Write actioncable-v1-ext-json, or leave protocol out.',
    );
  }
  for (const [attribute, value] of [
    ['channel', raw.channel],
    ['channel-params', raw.channelParams],
    ['action', raw.action],
  ] as const) {
    if (!value) continue;
    throw new ConfigurationError(
      attribute,
      `${attribute} has no meaning beside actions-url, which uses no channel. Leave one of them out.`,
    );
  }
  return {
    actionsUrl: httpAddress('actions-url', actionsUrl, '/cable_chat/actions'),
    signedStreamName: signedStreamName || undefined,
  };
}

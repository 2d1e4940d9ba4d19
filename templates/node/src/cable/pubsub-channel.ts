import type { Channel } from './channel.js';
import { verifyStreamName } from './signed-streams.js';

/** Streams without a channel: https://docs.anycable.io/anycable-go/signed_streams. The defaults are AnyCable's. */
export interface StreamsOptions {
  /** Signs the names of streams. Absent: signed names are refused. */
  readonly key?: string;
  /**
   * Anybody may read, whisper on and be present in any stream whose name they know, those of channels included. For demos
   * and rooms that are open to all.
   */
  readonly public?: boolean;
  /**
   * Beginnings of names that stay closed although streams are public, and on which nobody whispers although they are signed:
   * those of channels with words of their own.
   */
  readonly reserved?: readonly string[];
  /** Whether who has a signed name may also whisper on its stream. Default: false. */
  readonly whisper?: boolean;
  /** Whether who has a signed name may also be present in its stream. Default: true. */
  readonly presence?: boolean;
}

/** The name that AnyCable gives this channel. */
export const PUBSUB_CHANNEL = '$pubsub';

/** The identifier by which a client subscribes to a signed name. */
export function signedStreamIdentifier(signed: string): string {
  return JSON.stringify({ channel: PUBSUB_CHANNEL, signed_stream_name: signed });
}

/**
 * AnyCable's channel for streams that pages name themselves, as `signed_stream_name` or, where they are public, as
 * `stream_name`: https://github.com/anycable/anycable/blob/master/streams/controller.go. A signed name goes before a
 * plain one; on plain ones whispers and presence are always on. Without a key no signature is good; AnyCable with
 * public streams only takes one that was made with an empty key. And nobody whispers on reserved names, however well they are
 * signed: on the stream of a chat a whisper would be words put into the mouth of the server.
 */
export function createPubSubChannel({
  key,
  public: isPublic = false,
  reserved = [],
  whisper = false,
  presence = true,
}: StreamsOptions): Channel {
  const isReserved = (stream: string) => reserved.some((beginning) => stream.startsWith(beginning));
  return {
    subscribed({ params, streamFrom, reject }) {
      const { signed_stream_name: signed = '', stream_name: plain = '' } = params;
      if (typeof signed !== 'string' || typeof plain !== 'string') return reject();
      if (signed !== '') {
        const stream = key === undefined ? undefined : verifyStreamName(signed, key);
        if (stream === undefined) return reject();
        return streamFrom(stream, { whisper: whisper && !isReserved(stream), presence });
      }
      if (plain === '' || !isPublic || isReserved(plain)) return reject();
      streamFrom(plain, { whisper: true, presence: true });
    },

    /** There is nobody behind it who could do anything. */
    perform() {},
  };
}

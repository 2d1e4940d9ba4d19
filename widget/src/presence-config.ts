import type { CableConfig } from './cable-pool.js';
import { type PageContext, type RawConfig, readConfig } from './config.js';
import { SIGNED_NAME } from './direct-config.js';
import { ConfigurationError } from './errors.js';
import type { PresenceMember } from './presence/reduce.js';
import type { SubscriptionParams } from './transport/transport.js';

/** Attributes as the page wrote them, and properties as it set them. Nothing here was checked. */
export interface RawPresenceConfig extends Pick<
  RawConfig,
  'url' | 'channel' | 'channelParams' | 'protocol' | 'tokenUrl' | 'token' | 'getToken' | 'transport'
> {
  readonly signedStreamName?: string | null | undefined;
  /** The `for` attribute. */
  readonly htmlFor?: string | null | undefined;
  readonly memberId?: string | null | undefined;
  readonly memberInfo?: unknown;
  /** The `join` attribute. */
  readonly joinsAsVisitor?: boolean | undefined;
  readonly max?: string | number | null | undefined;
}

/** What a list of who is here is made of; every value can be relied upon. */
export interface PresenceConfig {
  readonly place: PresencePlace;
  readonly member: MemberConfig;
}

/** Where it is heard who is here: a channel over a cable of its own or over the chat's, or the chat's own subscription. */
export type PresencePlace =
  | ({ readonly kind: 'own'; readonly cable: CableConfig } & Subscribed)
  | ({ readonly kind: 'beside-chat' } & Subscribed)
  | { readonly kind: 'chat' };

interface Subscribed {
  readonly channel: string;
  readonly params: SubscriptionParams;
}

/** Whether this visitor is on the list by the page's doing, and as whom. */
export type MemberConfig =
  | { readonly kind: 'none' }
  | { readonly kind: 'given'; readonly id: string; readonly info: unknown }
  /** As whom the server took the chat's visitor. */
  | { readonly kind: 'visitor'; readonly info: unknown };

/** How many faces are shown where the page does not say. */
export const DEFAULT_MAX = 5;

/** Any of these is a cable of one's own. */
const CABLE_ATTRIBUTES = [
  ['url', 'url'],
  ['protocol', 'protocol'],
  ['tokenUrl', 'token-url'],
  ['token', 'token'],
  ['getToken', 'getToken'],
  ['transport', 'transport'],
] as const satisfies readonly (readonly [keyof RawPresenceConfig, string])[];

/** AnyCable's channel for signed streams: https://docs.anycable.io/anycable-go/signed_streams */
const SIGNED_STREAMS = '$pubsub';

/** Whether these attributes ask for a chat's cable, where there is a chat around. */
export function sharesCable(raw: RawPresenceConfig): boolean {
  return CABLE_ATTRIBUTES.every(([name]) => !raw[name]);
}

/**
 * Checks a page's configuration. `hasChat`: there is a chat to share with, by `for` or around it.
 * @throws ConfigurationError naming the attribute, what is wrong with it and what to write instead.
 */
export function readPresenceConfig(raw: RawPresenceConfig, hasChat: boolean, page: PageContext): PresenceConfig {
  if (raw.htmlFor) refuseOwnCable(raw);
  const isShared = hasChat && sharesCable(raw);
  const { url, channel, channelParams, protocol, tokenUrl, token, getToken, transport } = raw;
  const named = { url, channel, channelParams, protocol, tokenUrl, token, getToken, transport };
  const checked = readConfig(named, page);
  const subscribed = readSubscription(raw, checked.channel, checked.channelParams);
  const member = readMember(raw, isShared);
  if (isShared) return { place: subscribed ? { kind: 'beside-chat', ...subscribed } : { kind: 'chat' }, member };
  if (subscribed !== undefined) return { place: { kind: 'own', cable: checked, ...subscribed }, member };
  const message =
    'Name a channel or a signed-stream-name to say who is here, or a chat by for="…", or put this into a <cable-chat>.';
  throw new ConfigurationError('channel', message);
}

/** @throws ConfigurationError unless it is a number of faces, such as 5 */
export function readMax(value: RawPresenceConfig['max']): number {
  if (value === null || value === undefined || value === '') return DEFAULT_MAX;
  const max = Number(value);
  if (Number.isInteger(max) && max >= 0) return max;
  throw new ConfigurationError('max', `max="${String(value).slice(0, 60)}" cannot be used. Write a number, such as 5.`);
}

function refuseOwnCable(raw: RawPresenceConfig): void {
  const own = CABLE_ATTRIBUTES.find(([name]) => raw[name]);
  if (own === undefined) return;
  const message = `for="…" takes the connection of that chat: leave ${own[1]} out, or leave for out.`;
  throw new ConfigurationError('for', message);
}

function readSubscription(raw: RawPresenceConfig, channel: string, params: SubscriptionParams): Subscribed | undefined {
  const { signedStreamName } = raw;
  if (signedStreamName) {
    if (!SIGNED_NAME.test(signedStreamName)) throw notSigned();
    if (!raw.channel && !raw.channelParams) {
      return { channel: SIGNED_STREAMS, params: { signed_stream_name: signedStreamName } };
    }
    const message =
      'signed-stream-name takes the place of channel and channel-params: leave those out, or leave it out.';
    throw new ConfigurationError('signed-stream-name', message);
  }
  if (raw.channel) return { channel, params };
  if (!raw.channelParams) return undefined;
  throw new ConfigurationError('channel-params', 'channel-params are of a channel: name it by channel="…", too.');
}

function readMember(raw: RawPresenceConfig, isShared: boolean): MemberConfig {
  const info = readInfo(raw.memberInfo);
  if (raw.memberId) return { kind: 'given', id: String(raw.memberId), info };
  if (raw.joinsAsVisitor) {
    if (isShared) return { kind: 'visitor', info };
    const message = 'join takes the visitor of a chat, and there is none to share with. Say who it is by member-id.';
    throw new ConfigurationError('join', message);
  }
  if (info === undefined) return { kind: 'none' };
  throw new ConfigurationError('member-info', 'member-info is of a member: say who it is by member-id, or by join.');
}

function notSigned(): ConfigurationError {
  const message = 'signed-stream-name is not a signed name. Write what your server signed: base64, --, a digest.';
  return new ConfigurationError('signed-stream-name', message);
}

/** JSON in the attribute, or anything that JSON can say as the property. */
function readInfo(value: unknown): unknown {
  if (value === null || value === undefined || value === '') return undefined;
  if (typeof value !== 'string') return jsonCopy(value);
  try {
    return JSON.parse(value) as unknown;
  } catch (cause) {
    throw notJson(cause);
  }
}

/**
 * Who a page's code says that this visitor is. What it does to its object afterwards is said to nobody.
 * @throws ConfigurationError where there is no id, or JSON cannot say the info
 */
export function readJoin(id: unknown, info: unknown): PresenceMember {
  if ((typeof id === 'string' && id !== '') || typeof id === 'number') return { id: String(id), info: jsonCopy(info) };
  throw new ConfigurationError('member-id', 'join needs an id that the others know this visitor by, such as "user-7".');
}

function jsonCopy(value: unknown): unknown {
  if (value === undefined) return undefined;
  try {
    return JSON.parse(JSON.stringify(value)) as unknown;
  } catch (cause) {
    throw notJson(cause);
  }
}

function notJson(cause: unknown): ConfigurationError {
  const message = `member-info is not JSON (${(cause as Error).message}). Write an object such as {"name": "Ada"}.`;
  return new ConfigurationError('member-info', message, { cause });
}

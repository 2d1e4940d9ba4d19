import { type DirectConfig, directConfig } from './direct-config.js';
import { ConfigurationError } from './errors.js';
import type { CableProtocol } from './transport/anycable.js';
import type { SubscriptionParams, Transport } from './transport/transport.js';

/** Attributes as the page wrote them, and properties as it set them. Nothing here was checked. */
export interface RawConfig {
  readonly url?: string | null | undefined;
  readonly channel?: string | null | undefined;
  readonly channelParams?: string | null | undefined;
  readonly conversationId?: string | null | undefined;
  readonly protocol?: string | null | undefined;
  readonly tokenUrl?: string | null | undefined;
  readonly action?: string | null | undefined;
  readonly signedStreamName?: string | null | undefined;
  readonly actionsUrl?: string | null | undefined;
  readonly token?: string | null | undefined;
  readonly getToken?: (() => string | Promise<string>) | null | undefined;
  readonly transport?: Transport | null | undefined;
}

/** What a session is made of; every value can be relied upon. */
export interface SessionConfig {
  /** Absolute, ws: or wss:. */
  readonly url: string;
  readonly protocol: CableProtocol;
  readonly channel: string;
  readonly channelParams: SubscriptionParams;
  /** Undefined: one is minted and kept for this visitor. */
  readonly conversationId: string | undefined;
  /** `ask` speaks the chat protocol; any other action is a plain backend's, and gets `{prompt}`. */
  readonly action: string;
  /** Undefined: actions are performed on the channel. */
  readonly direct: DirectConfig | undefined;
  readonly tokenUrl: string | undefined;
  readonly token: string | undefined;
  readonly getToken: (() => string | Promise<string>) | undefined;
  readonly transport: Transport | undefined;
}

export interface PageContext {
  /** What relative addresses are relative to. */
  readonly baseUrl: string;
  /** The content of the page's `<meta name=…>`. */
  readonly meta: (name: string) => string | undefined;
}

const PROTOCOLS: readonly CableProtocol[] = ['actioncable-v1-ext-json', 'actioncable-v1-json'];
const UUID_PATTERN = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const CHANNEL = /^[A-Za-z_$][\w$]*(?:(?:::|[./-])[\w$]+)*$/;
const ACTION = /^[A-Za-z_]\w*$/;

/**
 * Checks a page's configuration.
 * @throws ConfigurationError naming the attribute, what is wrong with it and what to write instead.
 */
export function readConfig(raw: RawConfig, page: PageContext): SessionConfig {
  return {
    url: cableUrl(raw.url, page),
    protocol: protocol(raw.protocol),
    channel: matching(
      'channel',
      raw.channel || 'AssistantChannel',
      CHANNEL,
      'a channel’s class name, such as AssistantChannel',
    ),
    channelParams: channelParams(raw.channelParams),
    conversationId: conversationId(raw.conversationId),
    action: matching('action', raw.action || 'ask', ACTION, 'the name of a channel action, such as ask or generate'),
    direct: directConfig(raw, (attribute, value, example) => httpAddress(attribute, value, page, example)),
    tokenUrl: raw.tokenUrl ? httpAddress('token-url', raw.tokenUrl, page, '/cable_chat/token') : undefined,
    token: token(raw.token, page),
    getToken: getToken(raw.getToken),
    transport: transport(raw.transport),
  };
}

/** The page’s surroundings in a browser. */
export function documentContext(): PageContext {
  return {
    baseUrl: document.baseURI,
    meta: (name) => document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content || undefined,
  };
}

function cableUrl(value: string | null | undefined, page: PageContext): string {
  const written = value || page.meta('cable-url') || page.meta('action-cable-url') || '/cable';
  const url = parseUrl(
    'url',
    written,
    page,
    'a path such as /cable, or an address such as wss://chat.example.com/cable',
  );
  if (url.protocol === 'http:') url.protocol = 'ws:';
  if (url.protocol === 'https:') url.protocol = 'wss:';
  if (url.protocol !== 'ws:' && url.protocol !== 'wss:') {
    throw invalid(
      'url',
      written,
      'a path such as /cable, or an address that begins with ws://, wss://, http:// or https://',
    );
  }
  if (url.username !== '' || url.password !== '') {
    throw new ConfigurationError(
      'url',
      'url must not hold a user name or password; use token-url or getToken instead.',
    );
  }
  url.hash = '';
  return url.href;
}

function httpAddress(attribute: string, value: string, page: PageContext, example: string): string {
  const url = parseUrl(attribute, value, page, `a path such as ${example}`);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw invalid(attribute, value, 'a path or an http(s) address');
  }
  // A request to such an address is refused by browsers, each time it is made.
  if (url.username !== '' || url.password !== '') {
    throw new ConfigurationError(attribute, `${attribute} must not hold a user name or password.`);
  }
  return url.href;
}

function parseUrl(attribute: string, value: string, page: PageContext, expected: string): URL {
  try {
    return new URL(value, page.baseUrl);
  } catch (cause) {
    throw new ConfigurationError(attribute, `${attribute}="${value}" is not an address. Write ${expected}.`, { cause });
  }
}

function protocol(value: string | null | undefined): CableProtocol {
  const known = PROTOCOLS.find((name) => name === (value || PROTOCOLS[0]));
  if (known === undefined) throw invalid('protocol', value ?? '', PROTOCOLS.join(' or '));
  return known;
}

function channelParams(value: string | null | undefined): SubscriptionParams {
  if (!value) return {};
  let params: unknown;
  try {
    params = JSON.parse(value);
  } catch (cause) {
    const message = `channel-params is not JSON (${(cause as Error).message}). Write an object such as {"room": 42}.`;
    throw new ConfigurationError('channel-params', message, { cause });
  }
  if (typeof params !== 'object' || params === null || Array.isArray(params)) {
    throw invalid('channel-params', value, 'a JSON object such as {"room": 42}');
  }
  for (const [name, param] of Object.entries(params)) {
    if (name === 'channel' || name === 'conversation_id') {
      const message = `channel-params must not set "${name}": use the ${name === 'channel' ? 'channel' : 'conversation-id'} attribute.`;
      throw new ConfigurationError('channel-params', message);
    }
    if (!['string', 'number', 'boolean'].includes(typeof param)) {
      const message = `channel-params: "${name}" must be a string, a number or a boolean.`;
      throw new ConfigurationError('channel-params', message);
    }
  }
  return params as SubscriptionParams;
}

function conversationId(value: string | null | undefined): string | undefined {
  if (!value) return undefined;
  if (!isUuid(value)) throw invalid('conversation-id', value, 'a UUID, or leave it out to have one made');
  return value.toLowerCase();
}

export function isUuid(value: string): boolean {
  return UUID_PATTERN.test(value);
}

function matching(attribute: string, value: string, pattern: RegExp, expected: string): string {
  if (!pattern.test(value)) throw invalid(attribute, value, expected);
  return value;
}

function token(value: string | null | undefined, page: PageContext): string | undefined {
  const written = value || page.meta('cable-token') || page.meta('action-cable-token');
  if (written === undefined) return undefined;
  // It travels as a WebSocket sub-protocol, which must be an HTTP token.
  if (!/^[\w!#$%&'*+.^`|~-]+$/.test(written)) {
    throw new ConfigurationError('token', 'token has characters that cannot travel in a sub-protocol. Use a JWT.');
  }
  return written;
}

function getToken(value: RawConfig['getToken']): SessionConfig['getToken'] {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'function') {
    throw new ConfigurationError('getToken', 'getToken must be a function that returns a token or a promise of one.');
  }
  return value;
}

function transport(value: RawConfig['transport']): Transport | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof (value as Partial<Transport>).subscribe !== 'function') {
    throw new ConfigurationError(
      'transport',
      'transport must be an object with a subscribe method (the Transport port).',
    );
  }
  return value;
}

/** @param expected what to write instead */
export function invalid(attribute: string, value: string, expected: string): ConfigurationError {
  const shown = value.length > 60 ? `${value.slice(0, 60)}…` : value;
  return new ConfigurationError(attribute, `${attribute}="${shown}" cannot be used. Write ${expected}.`);
}

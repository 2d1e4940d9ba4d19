/**
 * The messages of AnyCable's RPC as they travel over HTTP: the JSON of the generated protobuf structs, so a status is a
 * number and what is empty is left out.
 * https://github.com/anycable/anycable/blob/master/protos/rpc.pb.go, rpc/http.go
 */
import { AnyCableError } from './errors.js';

/** The handshake, as far as the server was told to pass it on. */
export interface ConnectionEnv {
  /** The whole URL, with its query. */
  readonly url: string;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
}

export type RpcCommand = 'subscribe' | 'unsubscribe' | 'message';

export type RpcRequest =
  | { readonly method: 'connect'; readonly env: ConnectionEnv }
  | {
      readonly method: 'command';
      readonly command: RpcCommand;
      /** The subscription's, as the client wrote it. */
      readonly identifier: string;
      /** What `connect` answered as `identifiers`. */
      readonly identifiers: string;
      readonly data: string;
    }
  | { readonly method: 'disconnect'; readonly identifiers: string; readonly subscriptions: readonly string[] };

export const STATUS = { error: 0, success: 1, failure: 2 } as const;

export interface RpcResponse {
  readonly status: (typeof STATUS)[keyof typeof STATUS];
  readonly identifiers?: string;
  /** Frames for the client, each as text. */
  readonly transmissions?: readonly string[];
  readonly streams?: readonly string[];
  readonly stop_streams?: boolean;
  /** The subscription's state, which AnyCable keeps: its presence stream under `$p`, its whisper stream under `$w`. */
  readonly env?: { readonly istate: Readonly<Record<string, string>> };
  readonly presence?: RpcPresence;
  readonly error_msg?: string;
}

export interface RpcPresence {
  readonly type: 'join' | 'leave';
  readonly id?: string;
  /** As JSON. */
  readonly info?: string;
}

/**
 * @param method the last part of the request's path
 * @throws AnyCableError `malformed_request`
 */
export function decodeRequest(method: string, body: string): RpcRequest {
  const message = parse(body);
  switch (method) {
    case 'connect':
      return { method, env: envOf(message) };
    case 'command': {
      const command = text(message, 'command');
      if (command !== 'subscribe' && command !== 'unsubscribe' && command !== 'message') {
        throw malformed(`command: expected subscribe, unsubscribe or message, got ${JSON.stringify(command)}`);
      }
      return {
        method,
        command,
        identifier: text(message, 'identifier'),
        identifiers: text(message, 'connection_identifiers'),
        data: text(message, 'data'),
      };
    }
    case 'disconnect': {
      const subscriptions = message['subscriptions'] ?? [];
      if (!Array.isArray(subscriptions) || !subscriptions.every((item) => typeof item === 'string')) {
        throw malformed('subscriptions: expected an array of strings');
      }
      return { method, identifiers: text(message, 'identifiers'), subscriptions };
    }
    default:
      throw malformed(`unknown method ${JSON.stringify(method)}`);
  }
}

type Fields = Readonly<Record<string, unknown>>;

function parse(body: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch (cause) {
    throw malformed('the body is not JSON', cause);
  }
  if (!isFields(value)) throw malformed('the body is not a JSON object');
  return value;
}

function envOf(message: Fields): ConnectionEnv {
  const env = message['env'] ?? {};
  if (!isFields(env)) throw malformed('env: expected an object');
  const headers = env['headers'] ?? {};
  if (!isFields(headers) || !Object.values(headers).every((value) => typeof value === 'string')) {
    throw malformed('env.headers: expected strings by name');
  }
  const lower = Object.entries(headers as Record<string, string>).map(([name, value]) => [name.toLowerCase(), value]);
  return { url: text(env, 'url'), headers: Object.fromEntries(lower) };
}

/** Protobuf leaves empty strings out. */
function text(fields: Fields, name: string): string {
  const value = fields[name] ?? '';
  if (typeof value !== 'string') throw malformed(`${name}: expected a string`);
  return value;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function malformed(detail: string, cause?: unknown): AnyCableError {
  return new AnyCableError('malformed_request', `An RPC that AnyCable does not send: ${detail}.`, { cause });
}

/**
 * What the server sends, as text. Field order and omissions are those of AnyCable's `common.Reply`, so that transcripts
 * of the two can be compared: https://github.com/anycable/anycable/blob/master/common/common.go
 *
 * AnyCable gives `sid` and stream positions to clients of both sub-protocols; only the extended one makes use of them.
 */
import type { JsonObject } from './channel.js';

/**
 * Why a connection ends, as AnyCable names it. `token_expired` is AnyCable's too (JWT identification).
 * https://docs.anycable.io/misc/action_cable_protocol
 */
export type DisconnectReason =
  'unauthorized' | 'server_restart' | 'remote' | 'idle_timeout' | 'no_pong' | 'too_slow' | 'token_expired';

/** A message of a stream with its place in it. */
export interface StreamMessage {
  readonly stream: string;
  readonly epoch: string;
  readonly offset: number;
  /** The message, already JSON. */
  readonly json: string;
}

export function welcome(sid: string): string {
  return JSON.stringify({ type: 'welcome', sid });
}

/** AnyCable leaves `restored_ids` out when there are none. */
export function welcomeBack(sid: string, restoredIds: readonly string[]): string {
  return JSON.stringify({
    type: 'welcome',
    sid,
    restored: true,
    ...(restoredIds.length > 0 && { restored_ids: restoredIds }),
  });
}

export function ping(message: number): string {
  return JSON.stringify({ type: 'ping', message });
}

export function pong(): string {
  return JSON.stringify({ type: 'pong' });
}

export function disconnect(reason: DisconnectReason, reconnect: boolean): string {
  return JSON.stringify({ type: 'disconnect', reason, reconnect });
}

export function confirmSubscription(identifier: string): string {
  return JSON.stringify({ type: 'confirm_subscription', identifier });
}

export function rejectSubscription(identifier: string): string {
  return JSON.stringify({ type: 'reject_subscription', identifier });
}

export function confirmHistory(identifier: string): string {
  return JSON.stringify({ type: 'confirm_history', identifier });
}

export function rejectHistory(identifier: string): string {
  return JSON.stringify({ type: 'reject_history', identifier });
}

export function transmission(identifier: string, message: JsonObject): string {
  return JSON.stringify({ identifier, message });
}

/** Built by hand, because `json` is encoded once for all the subscribers of a stream. */
export function streamMessage(identifier: string, { stream, epoch, offset, json }: StreamMessage): string {
  const position = `"stream_id":${JSON.stringify(stream)},"epoch":${JSON.stringify(epoch)},"offset":${offset}`;
  return `{"identifier":${JSON.stringify(identifier)},"message":${json},${position}}`;
}

/**
 * What the server sends, as text. Field order and omissions are those of AnyCable's `common.Reply`, so that transcripts
 * of the two can be compared: https://github.com/anycable/anycable/blob/master/common/common.go
 *
 * AnyCable gives `sid` and stream positions to clients of both sub-protocols; only the extended one makes use of them.
 */
import type { JsonObject } from './channel.js';
import type { PresenceEvent } from './presence.js';
import type { PresenceMember } from './presence-member.js';

/**
 * Why a connection ends, as AnyCable names it. `token_expired` is AnyCable's too (JWT identification).
 * https://docs.anycable.io/misc/action_cable_protocol
 */
export type DisconnectReason =
  'unauthorized' | 'server_restart' | 'remote' | 'idle_timeout' | 'no_pong' | 'too_slow' | 'token_expired';

/** What is said to the subscribers of a stream, but has no place in it: whispers, presence. */
export interface TransientMessage {
  /** The message, already JSON. */
  readonly json: string;
  /** The frame's. Mostly none. */
  readonly type?: string | undefined;
}

/** A message of a stream with its place in it. */
export interface StreamMessage extends TransientMessage {
  readonly stream: string;
  readonly epoch: string;
  readonly offset: number;
}

export function welcome(sid: string): string {
  return JSON.stringify({ type: 'welcome', sid });
}

/**
 * AnyCable leaves `restored_ids` out when there are none, and has no `restored_presence`: it says that whom a channel had
 * joined is joined again, so that no client needs to subscribe anew for it.
 */
export function welcomeBack(
  sid: string,
  restoredIds: readonly string[],
  { presence }: { readonly presence: boolean },
): string {
  return JSON.stringify({
    type: 'welcome',
    sid,
    restored: true,
    ...(restoredIds.length > 0 && { restored_ids: restoredIds }),
    ...(presence && { restored_presence: true }),
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

/** The list of all members. AnyCable's `total` is never left out, `records` when there are none. */
export function presenceInfo(identifier: string, members: readonly PresenceMember[]): string {
  const records = members.map(({ id, info }) => `{${infoField(info)}"id":${JSON.stringify(id)}}`);
  const list = records.length > 0 ? `,"records":[${records.join(',')}]` : '';
  return transientMessage(identifier, { type: 'presence', json: `{"type":"info","total":${members.length}${list}}` });
}

/** There is no list: this subscription has no presence. */
export function presenceError(identifier: string): string {
  return transientMessage(identifier, { type: 'presence', json: '{"type":"error","total":0}' });
}

/** The message of a presence frame, its fields in the order in which Go writes those of a map. */
export function presenceEvent(event: PresenceEvent): TransientMessage {
  const info = event.type === 'join' ? infoField(event.info) : '';
  return { type: 'presence', json: `{"id":${JSON.stringify(event.id)},${info}"type":"${event.type}"}` };
}

function infoField(info: string | undefined): string {
  return info === undefined ? '' : `"info":${info},`;
}

export function transientMessage(identifier: string, message: TransientMessage): string {
  return `{${messageFields(identifier, message)}}`;
}

export function streamMessage(identifier: string, message: StreamMessage): string {
  const { stream, epoch, offset } = message;
  const position = `"stream_id":${JSON.stringify(stream)},"epoch":${JSON.stringify(epoch)},"offset":${offset}`;
  return `{${messageFields(identifier, message)},${position}}`;
}

/** Built by hand, because `json` is encoded once for all the subscribers of a stream. */
function messageFields(identifier: string, { json, type }: TransientMessage): string {
  const typeField = type === undefined ? '' : `"type":${JSON.stringify(type)},`;
  return `${typeField}"identifier":${JSON.stringify(identifier)},"message":${json}`;
}

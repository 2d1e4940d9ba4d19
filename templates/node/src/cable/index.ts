export { CableServer } from './server.js';
export type { CableServerParts, CableStats } from './server.js';
export { CableError } from './errors.js';
export { DEFAULT_CABLE_OPTIONS } from './options.js';
export type { CableOptions, PartialCableOptions } from './options.js';
export type { DisconnectReason } from './frames.js';
export type { Broadcast, Channel, ChannelContext, JsonObject } from './channel.js';
export type { Identify, Identity, Refusal } from './identity.js';

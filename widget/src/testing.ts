/** `cable-chat/testing`: real doubles for the tests of pages that use cable-chat, and for our own. */
export { MemoryTransport, MemorySubscription, type PerformedAction, type PresenceCommand } from './transport/memory.js';
export { ManualClock } from './testing/manual-clock.js';
export type {
  ConnectionState,
  DisconnectReason,
  MessageMeta,
  PresenceEvent,
  Subscription,
  SubscriptionObserver,
  SubscriptionParams,
  SubscriptionPresence,
  Transport,
} from './transport/transport.js';

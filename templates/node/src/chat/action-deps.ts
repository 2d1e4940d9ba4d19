import type { Clock, MintId } from './clock.js';
import type { Logger } from '../logger.js';
import type { ChatOptions } from './options.js';
import type { Store } from './store.js';
import type { UnstoredEndings } from './unstored-endings.js';

/** Who acts, and on which conversation. Both come from the connection, never from the action's data. */
export interface Caller {
  /** Opaque: equal exactly if it is the same visitor. */
  readonly user: string;
  /** A UUID. */
  readonly conversationId: string;
}

export interface ActionDeps {
  readonly store: Store;
  readonly clock: Pick<Clock, 'now'>;
  readonly mintId: MintId;
  readonly options: ChatOptions;
  readonly logger: Logger;
  readonly renewOwn: () => void;
  /** For a process that has the database to itself. */
  readonly endings?: UnstoredEndings;
}

import type { CableServer } from '../cable/index.js';
import type { Chat } from '../chat/index.js';
import type { Lines } from './lines.js';
import type { LabTokens } from './tokens.js';

export interface FaultsParts {
  readonly cable: Pick<CableServer, 'cut' | 'overrunHistory'>;
  readonly chat: Pick<Chat, 'killJob' | 'ownerOf' | 'streamFor'>;
  readonly lines: Lines;
  readonly tokens: LabTokens;
  /** Restarts the whole server; called when the answer to the request is on its way. Absent: it cannot be restarted. */
  readonly restart?: (() => void) | undefined;
}

export const FAULTS = ['cut', 'black-hole', 'slow', 'forget-history', 'expire-token', 'kill-job', 'restart'] as const;
export type Fault = (typeof FAULTS)[number];

export type FaultResult =
  | { readonly done: true; readonly body: Readonly<Record<string, unknown>>; readonly afterwards?: () => void }
  | { readonly done: false; readonly code: 'not_found' | 'no_job'; readonly message: string };

const SLOW_MS = 1_500;
const SLOW_FOR_MS = 15_000;

/**
 * Does it, really, to the caller's own connections and answers; only a restart concerns everybody.
 * `messageId`: the answer whose job is to die.
 */
export function inflict(parts: FaultsParts, fault: Fault, user: string, messageId: string | undefined): FaultResult {
  const { cable, chat, lines, tokens, restart } = parts;
  switch (fault) {
    case 'cut':
      return done({ connections: cable.cut(user) });
    case 'black-hole':
      return done({ connections: lines.blackHole(user) });
    case 'slow':
      return done({ connections: lines.slow(user, SLOW_MS, SLOW_FOR_MS), seconds: SLOW_FOR_MS / 1_000 });
    case 'forget-history': {
      // Of the caller's conversations only. It is missed only by somebody who was away: hence the cut.
      const streams = cable.overrunHistory(chat.streamFor(user, ''));
      return done({ streams, connections: cable.cut(user) });
    }
    case 'expire-token':
      // A token is looked at when somebody connects: hence the cut.
      tokens.expire(user);
      return done({ connections: cable.cut(user) });
    case 'kill-job':
      if (messageId === undefined || chat.ownerOf(messageId) !== user) {
        return { done: false, code: 'not_found', message: 'You have no such answer.' };
      }
      if (!chat.killJob(messageId)) return { done: false, code: 'no_job', message: 'Nobody is writing this answer.' };
      return done({ killed: messageId });
    case 'restart':
      if (restart === undefined) return { done: false, code: 'not_found', message: 'This server cannot be restarted.' };
      return { ...done({ restarting: true }), afterwards: restart };
  }
}

function done(body: Readonly<Record<string, unknown>>): Extract<FaultResult, { done: true }> {
  return { done: true, body };
}

import type { Intent } from './intent.js';
import type { Memory } from './memory.js';

export interface Question {
  readonly text: string;
  readonly intent: Intent;
  /** Of the turns before. */
  readonly before: Memory;
  /** With the question's own. */
  readonly memory: Memory;
}

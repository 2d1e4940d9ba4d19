/**
 * What one visitor can try on another's conversation: every action through every door, and every stream, token and cookie
 * that could be another's.
 */
import { actionTries } from './action-tries.js';
import { endpointTries } from './endpoint-tries.js';
import type { Try } from './scene.js';
import { streamTries } from './stream-tries.js';
import { tokenTries } from './token-tries.js';

export const TRIES: readonly Try[] = [...actionTries, ...streamTries, ...tokenTries, ...endpointTries];

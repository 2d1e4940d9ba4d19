import { CableError } from './errors.js';

/** Who is present, as others see them. */
export interface PresenceMember {
  /** Sockets that join with the same one are one member. */
  readonly id: string;
  /** What was told about them, as JSON; `undefined`: nothing. */
  readonly info: string | undefined;
}

/** For a channel, which may say anything. Throws CableError `invalid_presence`. */
export function presenceMember(id: string, info: unknown): PresenceMember {
  if (typeof id !== 'string' || id === '') {
    const got = id === '' ? 'an empty one' : typeof id;
    throw new CableError('invalid_presence', `a presence id must be a string that is not empty, got ${got}`);
  }
  return { id, info: info === null ? undefined : encodeInfo(info) };
}

function encodeInfo(info: unknown): string | undefined {
  try {
    return JSON.stringify(info);
  } catch (error) {
    throw new CableError('invalid_presence', 'presence info must be what JSON can hold', { cause: error });
  }
}

/**
 * What a broken embedded server would have sent: one frame changed in one way. For proving that the comparison notices,
 * whatever the frame.
 */
import type { RawFrame } from '../support/cable-client.js';
import type { Recording } from './recording.js';

export interface Tampering {
  /** Such as `ada[3]: without "offset"`. */
  readonly what: string;
  readonly recording: Recording;
}

/** Every frame of the recording dropped, doubled, and with each of its fields left out, changed or moved to the end. */
export function* tamperWith(recording: Recording): Generator<Tampering> {
  for (const [who, frames] of recording) {
    for (const [index, frame] of frames.entries()) {
      for (const [how, instead] of changesOf(frame)) {
        const changed = [...frames.slice(0, index), ...instead, ...frames.slice(index + 1)];
        yield { what: `${who}[${index}]: ${how}`, recording: new Map(recording).set(who, changed) };
      }
    }
  }
}

function* changesOf(frame: RawFrame): Generator<readonly [how: string, instead: readonly RawFrame[]]> {
  yield ['dropped', []];
  yield ['twice', [frame, frame]];
  yield ['with a field more', [{ ...frame, extra: true }]];
  const names = Object.keys(frame);
  for (const name of names) {
    const { [name]: value, ...rest } = frame;
    yield [`without "${name}"`, [rest]];
    if (names.at(-1) !== name) yield [`with "${name}" at the end`, [{ ...rest, [name]: value }]];
    // Which session or epoch it is differs by nature.
    if (name !== 'sid' && name !== 'epoch') yield [`with another "${name}"`, [{ ...frame, [name]: another(value) }]];
  }
}

function another(value: unknown): unknown {
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'string') return `${value}?`;
  if (Array.isArray(value)) return [...value, 'one more'];
  return { ...(value as object), 'one more': true };
}

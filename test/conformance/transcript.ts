import type { Scene } from './scene.js';
import type { Settings } from './settings.js';

/** One conversation with a server, the same for both. What every connection gets to see is compared. */
export interface Transcript {
  /** Unique among all, as differences name it. */
  readonly name: string;
  /** Transcripts with equal settings share their servers, unless `alone`. */
  readonly settings?: Settings;
  /** Does something to the whole server, such as restarting it. */
  readonly alone?: true;
  play(scene: Scene): Promise<void>;
}

export interface Topic {
  readonly topic: string;
  readonly transcripts: readonly Transcript[];
}

/** Plays transcripts on both servers. */
import { startEmbedded, startReal } from './backend.js';
import type { Backend } from './backend.js';
import { compare } from './compare.js';
import type { Mismatch } from './compare.js';
import type { Recording } from './recording.js';
import { Scene } from './scene.js';
import type { Settings } from './settings.js';
import type { Topic, Transcript } from './transcript.js';

export interface Played {
  readonly topic: string;
  readonly transcript: string;
  readonly embedded: Recording;
  readonly anycable: Recording;
  readonly mismatches: readonly Mismatch[];
  /** A side where the transcript could not be played to its end, with the reason. */
  readonly failures: readonly string[];
}

interface Part {
  readonly topic: string;
  readonly transcript: Transcript;
}

type Side = 'embedded' | 'anycable';

const START: Readonly<Record<Side, (settings: Settings) => Promise<Backend>>> = {
  embedded: startEmbedded,
  anycable: startReal,
};

/** Transcripts that share servers and run at the same time: each waits for its own frames only. */
const AT_ONCE = 8;

/** Changes, or not, a frame that a server sent, before anybody sees it. */
export type Rewrite = (text: string) => string;

export interface PlayOptions {
  /** For the frames of the embedded server. */
  readonly rewrite?: Rewrite;
}

/** Plays every transcript on both servers and compares. */
export async function playAll(topics: readonly Topic[], options: PlayOptions = {}): Promise<readonly Played[]> {
  const all: Played[] = [];
  for (const group of groupsOf(topics)) all.push(...(await playGroup(group, options)));
  const order = topics.flatMap(({ transcripts }) => transcripts.map(({ name }) => name));
  return all.sort((a, b) => order.indexOf(a.transcript) - order.indexOf(b.transcript));
}

function groupsOf(topics: readonly Topic[]): Iterable<readonly Part[]> {
  const groups = new Map<string, Part[]>();
  for (const { topic, transcripts } of topics) {
    for (const transcript of transcripts) {
      const key = transcript.alone ? transcript.name : JSON.stringify(transcript.settings ?? {});
      const group = groups.get(key) ?? [];
      groups.set(key, [...group, { topic, transcript }]);
    }
  }
  return groups.values();
}

async function playGroup(parts: readonly Part[], { rewrite }: PlayOptions): Promise<readonly Played[]> {
  const settings = parts[0]?.transcript.settings ?? {};
  const [embedded, anycable] = await Promise.all([
    playSide('embedded', settings, parts, rewrite),
    playSide('anycable', settings, parts),
  ]);
  return parts.map(({ topic, transcript: { name } }) => {
    const [ours, theirs] = [embedded.get(name), anycable.get(name)];
    const [left, right] = [ours?.recording ?? new Map(), theirs?.recording ?? new Map()];
    const failures = [
      ...(ours?.failure === undefined ? [] : [`embedded: ${ours.failure}`]),
      ...(theirs?.failure === undefined ? [] : [`AnyCable: ${theirs.failure}`]),
    ];
    return { topic, transcript: name, embedded: left, anycable: right, failures, mismatches: compare(left, right) };
  });
}

interface Outcome {
  readonly recording: Recording;
  readonly failure?: string;
}

async function playSide(
  side: Side,
  settings: Settings,
  parts: readonly Part[],
  rewrite?: Rewrite,
): Promise<ReadonlyMap<string, Outcome>> {
  const backend = await START[side](settings);
  try {
    const outcomes = new Map<string, Outcome>();
    const waiting = [...parts];
    const work = async (): Promise<void> => {
      for (let part = waiting.shift(); part !== undefined; part = waiting.shift()) {
        outcomes.set(part.transcript.name, await playOne(part.transcript, backend, rewrite));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    return outcomes;
  } finally {
    await backend.stop();
  }
}

async function playOne(transcript: Transcript, backend: Backend, rewrite?: Rewrite): Promise<Outcome> {
  const scene = new Scene(transcript.name, backend, rewrite);
  let failure: string | undefined;
  try {
    await transcript.play(scene);
  } catch (error) {
    failure = error instanceof Error ? error.message : String(error);
  }
  try {
    const recording = await scene.end();
    return { recording, ...(failure !== undefined && { failure }) };
  } catch (error) {
    return { recording: new Map(), failure: failure ?? String(error) };
  } finally {
    await scene.stop();
  }
}

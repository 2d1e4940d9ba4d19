import { differences } from './differences.js';
import { judge } from './judge.js';
import type { Played } from './play.js';

export interface TopicReport {
  readonly topic: string;
  readonly transcripts: number;
  /** Of the two servers together. */
  readonly frames: number;
  readonly differences: number;
  readonly failed: number;
}

export interface Report {
  readonly transcripts: number;
  readonly frames: number;
  readonly differences: readonly string[];
  readonly topics: readonly TopicReport[];
  readonly problems: readonly { readonly transcript: string; readonly problem: string }[];
}

/** What was compared, and what is wrong. */
export function summarise(played: readonly Played[]): Report {
  const sightings = differences.flatMap(({ seen }) => seen);
  const judged = played.map((one) => ({ ...one, problems: judge(one, sightings) }));
  const topics = [...new Set(played.map(({ topic }) => topic))].map((topic) => {
    const theirs = judged.filter((one) => one.topic === topic);
    const names = new Set(theirs.map(({ transcript }) => transcript));
    return {
      topic,
      transcripts: theirs.length,
      frames: theirs.reduce((sum, one) => sum + framesOf(one), 0),
      differences: differences.filter(({ seen }) => seen.some(({ transcript }) => names.has(transcript))).length,
      failed: theirs.filter(({ problems }) => problems.length > 0).length,
    };
  });
  return {
    transcripts: played.length,
    frames: topics.reduce((sum, { frames }) => sum + frames, 0),
    differences: differences.map(({ id }) => id),
    topics,
    problems: judged.flatMap(({ transcript, problems }) => problems.map((problem) => ({ transcript, problem }))),
  };
}

function framesOf({ embedded, anycable }: Played): number {
  return [embedded, anycable]
    .flatMap((recording) => [...recording.values()])
    .reduce((sum, { length }) => sum + length, 0);
}

/** One line: how much was compared. */
export function headline({ transcripts, frames, differences: known, problems }: Report): string {
  return `${transcripts} transcripts on both servers, ${frames} frames compared, ${known.length} differences listed, ${problems.length} problems`;
}

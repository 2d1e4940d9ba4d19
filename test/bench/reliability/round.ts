/** One fault on one page with a client of each subject, side by side: every trial of a round meets the same. */
import type { LivelyBrowser } from '../../support/chaos/browser.js';
import { startChaosProxy } from '../../../create-app/src/chaos/proxy.js';
import type { ChaosProxy } from '../../../create-app/src/chaos/proxy.js';
import type { Backends } from './backends.js';
import type { Fault, Reachable, Scene } from './faults.js';
import type { Report } from './page/main.js';
import { score, wordsIn } from './score.js';
import type { Score } from './score.js';
import type { Site } from './site.js';
import { SUBJECTS } from './subjects.js';
import type { Subject } from './subjects.js';
import { Tab } from './tab.js';
import type { Talk, Talks } from './talk.js';

export interface Trial extends Score {
  readonly subject: string;
  readonly fault: string;
  readonly said: number;
  /** How the answer ended for the client; null: it did not hear of it. */
  readonly ended: string | null;
  /** What was on the screen in the end is not the stored text. Null for clients that have no stored text. */
  readonly differs: boolean | null;
}

export interface Lab {
  readonly site: Site;
  readonly backends: Backends;
  readonly talks: Talks;
  /** A number from 0 to 1. */
  readonly random: () => number;
}

/** Milliseconds. */
const TIMES = {
  /** To connect and to hear the first words: nothing is measured yet. */
  setUp: 30_000,
  /** After which a client that has shown nothing new counts as not recovered. */
  recovery: 20_000,
  /** That the talk goes on after a recovery: it must last. */
  after: 500,
  /** To hear of the end. */
  end: 3_000,
  /** The same for a client that promises to get there. */
  endPromised: 15_000,
} as const;

/** Words heard before the fault: from here, and by chance up to as many more. */
const WARM_WORDS = 25;

interface Contestant {
  readonly subject: Subject;
  readonly name: string;
  readonly proxy: ChaosProxy;
  readonly talk: Talk;
  saidBefore: number;
}

let rounds = 0;

export async function runRound(
  lab: Lab,
  browser: LivelyBrowser,
  fault: Fault,
  restart: Scene['restart'],
): Promise<readonly Trial[]> {
  const { page, elsewhere } = lab.site;
  const tab = await Tab.open(browser, page);
  const contestants: Contestant[] = [];
  try {
    const round = ++rounds;
    for (const [index, subject] of SUBJECTS.entries()) {
      contestants.push(await enter(lab, tab, subject, `r${round}-${index}`));
    }
    const warm = WARM_WORDS + Math.floor(lab.random() * WARM_WORDS);
    for (const { name } of contestants) {
      if (!(await tab.call('reached', name, warm, TIMES.setUp))) throw new Error(`${name} heard nothing`);
    }
    const reachable = await fault.run({
      tab,
      proxies: contestants.map(({ proxy }) => proxy),
      elsewhere,
      restart,
      began() {
        for (const contestant of contestants) contestant.saidBefore = contestant.talk.said;
      },
    });
    return await Promise.all(contestants.map((contestant) => finish(lab, tab, fault, contestant, reachable)));
  } finally {
    for (const { name } of contestants) lab.talks.close(name);
    await tab.close();
    await Promise.all(contestants.map(({ proxy }) => proxy.stop()));
  }
}

/** Connects a client of the subject and has it talked to. */
async function enter(lab: Lab, tab: Tab, subject: Subject, name: string): Promise<Contestant> {
  const proxy = await startChaosProxy({ target: lab.backends[subject.backend].cableUrl });
  const talk = lab.talks.open(name);
  const contestant = { subject, name, proxy, talk, saidBefore: 0 };
  // Each is another visitor, by the name in the URL.
  if (!(await tab.call('open', name, subject.client, `${proxy.url}?user=${name}`, TIMES.setUp))) {
    await proxy.stop();
    throw new Error(`${subject.name} (${name}) did not connect`);
  }
  if (subject.client === 'cable-chat') {
    await tab.call('ask', name);
  } else {
    lab.backends.publish(name, talk);
    talk.start();
  }
  return contestant;
}

async function finish(
  lab: Lab,
  tab: Tab,
  fault: Fault,
  { subject, name, talk, saidBefore }: Contestant,
  reachable: Reachable,
): Promise<Trial> {
  const known = reachable === 'at-wake' ? 0 : reachableAtOf(reachable, subject);
  await tab.call('recovered', name, saidBefore + 1, known, TIMES.recovery);
  await tab.call('ended', name, TIMES.after);
  talk.end();
  await tab.call('ended', name, subject.isOurs ? TIMES.endPromised : TIMES.end);
  const report = await tab.call('report', name);
  const stored = report.shown && lab.backends[subject.backend].storedText(report.shown.messageId);
  const said = stored === undefined ? talk.said : wordsIn(stored.text).words.length;
  const { arrivals, shown, end } = report;
  const reachableAt = reachable === 'at-wake' ? wakeOf(report) : reachableAtOf(reachable, subject);
  const scored = score({ arrivals, said, saidBefore, reachableAt });
  return {
    ...scored,
    // The answer was ended by what happened to its server: being told so is all the news there is.
    recoveredAfter:
      scored.recoveredAfter ?? (end && end.status !== 'complete' ? Math.max(0, end.at - reachableAt) : null),
    subject: subject.name,
    fault: fault.name,
    said,
    ended: end?.status ?? null,
    differs: stored === undefined ? null : shown?.text !== stored.text,
  };
}

function reachableAtOf(reachable: Exclude<Reachable, 'at-wake'>, { backend }: Subject): number {
  return 'at' in reachable ? reachable.at : reachable[backend];
}

function wakeOf({ wakes }: Report): number {
  const wake = wakes.at(-1);
  if (wake === undefined) throw new Error('the page did not notice that it woke');
  return wake;
}

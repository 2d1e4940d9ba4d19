/**
 * One trial: a question, an answer of many pieces, and a fault in each pause of it. The model waits at gates, so faults
 * are aimed at progress and not at time; every choice comes from the seed.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { AnswerView } from '../../../widget/src/conversation/view.js';
import type { ChaosProxy, ManagedProcess, PageFaults } from '../../support/chaos/index.js';
import { Gate, type OpenAIServer, type Step, stream } from '../../support/openai-server.js';
import type { WatchedPage } from './watched-page.js';

export interface Stage {
  readonly watched: WatchedPage;
  readonly faults: PageFaults;
  readonly proxy: ChaosProxy;
  readonly server: ManagedProcess;
  readonly endpoint: OpenAIServer;
}

export interface TrialReport {
  readonly faults: readonly FaultName[];
  /** The answer was reported as interrupted; right only where the schedule ended the process that wrote it. */
  readonly interrupted: boolean;
  readonly bytes: number;
}

/** How long a drop lasts that is not over at once, in milliseconds. */
const DROP_MS = 2_000;

/** Every fault, with how to do it; it resolves when the fault is over. */
const FAULTS = {
  reset: async ({ proxy }) => void proxy.reset(),
  end: async ({ proxy }) => void proxy.end(),
  'cut in a frame': async ({ proxy }) => void proxy.cutInFrame({ skip: 1 }),
  'bytes one by one': async ({ proxy }) => {
    const lift = proxy.split();
    await pause(DROP_MS / 4);
    lift();
  },
  'black hole': async ({ proxy }) => {
    const lift = proxy.blackHole();
    await pause(DROP_MS);
    lift();
  },
  latency: async ({ proxy }) => {
    const lift = proxy.latency(80, { jitter: 60 });
    await pause(DROP_MS);
    lift();
  },
  lossy: async ({ proxy }) => {
    const lift = proxy.lossy({ drop: 0.3, double: 0.3, reorder: 0.3, only: '"chunk"|"complete"|"snapshot"' });
    await pause(DROP_MS);
    lift();
  },
  'drop of 2 s': async ({ proxy }) => proxy.downFor(DROP_MS),
  'server hangs': async ({ server }) => {
    await server.hang();
    await pause(DROP_MS);
    server.wake();
  },
  'server restarts': async ({ server }) => server.restart(),
  'server is killed': async ({ server }) => {
    await server.kill();
    await server.start();
  },
  freeze: async ({ faults }) => {
    const lift = await faults.freeze();
    await pause(DROP_MS / 4);
    await lift();
  },
  'back/forward cache': async ({ faults }) => {
    const back = await faults.leave();
    await pause(DROP_MS / 4);
    await back();
  },
  reload: async ({ faults }) => faults.reload(),
  'second tab': async ({ faults }) => (await faults.openSecondTab()).close(),
  'a clock an hour off': async ({ faults }) => void (await faults.skewClock(3_600_000)),
  offline: async ({ faults }) => {
    const lift = await faults.offline();
    await pause(DROP_MS / 4);
    await lift();
  },
} satisfies Record<string, (stage: Stage) => Promise<void>>;

export type FaultName = keyof typeof FAULTS;
export const FAULT_NAMES = Object.keys(FAULTS) as FaultName[];

const ENDS_THE_JOB: readonly FaultName[] = ['server restarts', 'server is killed'];

/** The duration of a fault, which is what the fault is; nothing waits for it to see a result. */
function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

const WORDS = [
  'word ',
  'Wörter ',
  '日本語 ',
  '**bold** ',
  '😀 ',
  '`code` ',
  '\n\n',
  '\n- item ',
  'שלום ',
  '\n\n```js\nlet x = 1;\n```\n\n',
];

export async function runTrial(
  stage: Stage,
  options: { readonly chunks: number; readonly faults: readonly FaultName[]; readonly random: () => number },
): Promise<TrialReport> {
  const { watched, endpoint } = stage;
  const pieces = Array.from(
    { length: options.chunks },
    () => WORDS[Math.floor(options.random() * WORDS.length)] as string,
  );
  const gates = options.faults.map(() => new Gate());
  const first = endpoint.requests.length;
  endpoint.enqueue(stream(steps(pieces, gates)));
  await watched.evaluate(`document.querySelector('cable-chat').newConversation()`);
  await watched.ask(`Trial ${first}`);

  for (const [index, name] of options.faults.entries()) {
    // Where the job died before, the gates of its answer have nobody to wait for.
    await Promise.race([(gates[index] as Gate).reached, over(watched)]);
    await FAULTS[name](stage);
    (gates[index] as Gate).open();
  }
  let answer = await over(watched);
  const killed = options.faults.some((name) => ENDS_THE_JOB.includes(name));
  const interrupted = answer.status === 'failed';
  if (interrupted) {
    assert.ok(
      killed,
      `failed (${answer.error?.code}) though nobody ended the job; faults: ${options.faults.join(', ')}`,
    );
    assert.equal(answer.error?.code, 'interrupted');
    endpoint.enqueue(stream(steps(pieces, [])));
    await watched.retry();
    const failed = answer.id;
    answer = await watched.until('the answer to the other try', async () => {
      const last = (await watched.view())?.messages.at(-1);
      return last?.role === 'assistant' && last.id !== failed && isOver(last) ? last : undefined;
    });
  }
  assert.equal(answer.status, 'complete');
  const sent = endpoint.requests.at(-1);
  assert.equal(sha256(answer.text), sent?.sentSha256, 'the text on the screen is what the provider sent');
  assert.equal(endpoint.requests.length - first, interrupted ? 2 : 1, 'the provider was asked once for each answer');
  await isRenderedWhole(stage, answer);
  return { faults: options.faults, interrupted, bytes: Buffer.byteLength(answer.text) };
}

/** The DOM that grew piece by piece equals the one that a fresh page makes of the whole text. */
async function isRenderedWhole({ watched, faults }: Stage, answer: AnswerView): Promise<void> {
  const grown = await watched.until('the drawing', async () => (await watched.rendered()) || undefined);
  await faults.reload();
  await watched.until('the answer after a reload', async () => {
    const last = (await watched.view())?.messages.at(-1);
    return last?.role === 'assistant' && last.text === answer.text ? true : undefined;
  });
  const fresh = await watched.until('the drawing after a reload', async () => (await watched.rendered()) || undefined);
  assert.equal(grown, fresh);
}

function steps(pieces: readonly string[], gates: readonly Gate[]): Step[] {
  const every = Math.floor(pieces.length / (gates.length + 1));
  const text = pieces.flatMap((piece, index): Step[] => {
    const gate = index > 0 && index % every === 0 ? gates[index / every - 1] : undefined;
    const step: Step = { type: 'text', text: piece };
    return gate === undefined ? [step] : [{ type: 'wait', gate }, step];
  });
  return [{ type: 'role' }, ...text, { type: 'finish', reason: 'stop' }, { type: 'done' }];
}

function over(watched: WatchedPage): Promise<AnswerView> {
  return watched.until('the end of the answer', async () => {
    const last = (await watched.view())?.messages.at(-1);
    return last?.role === 'assistant' && isOver(last) ? last : undefined;
  });
}

function isOver({ status }: AnswerView): boolean {
  return status === 'complete' || status === 'stopped' || status === 'failed';
}

function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

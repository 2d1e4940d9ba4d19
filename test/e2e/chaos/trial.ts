/**
 * One trial: a question, an answer of many pieces, and a fault at each gate in it. The model waits there, so faults
 * are aimed at progress and not at time; every choice comes from the seed.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { AnswerView } from '../../../widget/src/conversation/view.js';
import type { PageFaults } from '../../support/chaos/index.js';
import { Gate, type OpenAIServer, type Step, stream } from '../../support/openai-server.js';
import type { Fault } from './faults.js';
import type { WatchedPage } from './watched-page.js';

export interface Stage {
  readonly watched: WatchedPage;
  readonly faults: PageFaults;
  readonly endpoint: OpenAIServer;
}

export interface TrialReport {
  readonly faults: readonly Fault[];
  /** The answer was reported as interrupted; right only where the schedule ended the process that wrote it. */
  readonly interrupted: boolean;
  readonly bytes: number;
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
  options: { readonly chunks: number; readonly faults: readonly Fault[]; readonly random: () => number },
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

  for (const [index, fault] of options.faults.entries()) {
    // Where the job died before, the gates of its answer have nobody to wait for.
    const gate = gates[index] as Gate;
    await Promise.race([gate.reached, over(watched)]);
    // Half of them while the model speaks, so that what it says falls into the fault; the others while it is silent.
    if (options.random() < 0.5) gate.open();
    await fault.happen();
    gate.open();
  }
  let answer = await over(watched);
  const killed = options.faults.some(({ endsTheJob }) => endsTheJob);
  const interrupted = answer.status === 'failed';
  if (interrupted) {
    assert.ok(killed, `failed (${answer.error?.code}) though nobody ended the job; faults: ${namesOf(options.faults)}`);
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

export function namesOf(faults: readonly Fault[]): string {
  return faults.map(({ name }) => name).join(', ');
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

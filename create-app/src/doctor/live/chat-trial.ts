import { randomUUID } from 'node:crypto';
import { AssistantChannel, StorageError } from 'cable-chat/channel';
import { startChaosProxy } from '../../chaos/proxy.js';
import { ExitCode, ScaffoldError } from '../../errors.js';
import { cutRepeatedly } from './cuts.js';
import { Meter } from './meter.js';
import { becomePage } from './page.js';
import type { Cut, Verdict } from './verdict.js';
import { Visitor } from './visitor.js';

export interface ChatTrialOptions {
  /** Of the pages. */
  readonly url: string;
  readonly cableUrl: string;
  readonly cuts: number;
  readonly cookie: string | undefined;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Long enough that four cuts fall into it. */
const QUESTION = 'A long answer, 250 words.';

/** Then an answer never comes, in milliseconds. */
const PATIENCE = 120_000;

/**
 * An answer of the app's own assistant, by the chat protocol and its real client: asked for over a line that is cut again
 * and again, and followed by the same visitor over one that is not.
 */
export async function tryChat(options: ChatTrialOptions): Promise<Verdict> {
  const { url, cableUrl, cuts: count, cookie, say, signal } = options;
  becomePage(url);
  const visitor = new Visitor(url, cookie);
  const proxy = await startChaosProxy({ target: cableUrl });
  const over = new AbortController();
  const patience = setTimeout(() => over.abort(unanswered()), PATIENCE);
  const interrupted = (): void => over.abort(signal.reason);
  signal.addEventListener('abort', interrupted, { once: true });
  const conversationId = randomUUID();
  const listen = (address: string): Listener =>
    new Listener({ url: address, conversationId, getToken: () => visitor.token() });
  const whole = listen(cableUrl);
  const broken = listen(proxy.url);
  try {
    // Before there are two of them: who comes without a cookie is somebody new.
    await visitor.token();
    await broken.ask(QUESTION);
    whole.connect();
    const cutting = cutRepeatedly({
      proxy,
      count,
      progress: () => whole.pieces.value,
      reached: (pieces) => whole.pieces.reached(pieces),
      isBack: () => broken.view?.connection === 'live' || broken.isWhole,
      signal: over.signal,
      onCut: ({ what, at }) => say(`cut after ${at} pieces: ${what}`),
    });
    cutting.catch(() => {});
    const texts = await within(Promise.all([whole.text, broken.text]), over.signal);
    return judge(...texts, await cutting);
  } finally {
    clearTimeout(patience);
    signal.removeEventListener('abort', interrupted);
    over.abort(signal.reason);
    whole.pieces.end();
    broken.disconnect();
    whole.disconnect();
    await proxy.stop();
  }
}

/** The text, by its bytes; how it was cut into pieces is nobody's business. */
function judge(whole: string, broken: string, cuts: readonly Cut[]): Verdict {
  const survived = whole === broken;
  const at = [...whole].findIndex((character, index) => character !== [...broken][index]);
  const lost = survived
    ? []
    : [{ number: at + 1, message: whole.slice(at, at + 40), why: 'the two lines differ from this character on' }];
  return {
    survived: survived && cuts.length > 0,
    sent: Buffer.byteLength(whole),
    cuts: cuts.map(({ what, at: after }) => ({ what, after })),
    lost,
    doubled: 0,
    misplaced: false,
    ...(cuts.length === 0 ? { inconclusive: 'the answer was over before the line was cut' } : {}),
  };
}

class Listener extends AssistantChannel {
  static override readonly identifier = 'AssistantChannel';
  readonly pieces = new Meter();
  readonly text: Promise<string>;
  isWhole = false;
  #resolve: (text: string) => void = () => {};
  #reject: (error: Error) => void = () => {};

  constructor(options: ConstructorParameters<typeof AssistantChannel>[0]) {
    super(options);
    this.text = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.text.catch(() => {});
  }

  override onChunk(): void {
    this.pieces.add();
  }

  override onComplete(text: string): void {
    this.isWhole = true;
    this.pieces.end();
    this.#resolve(text);
  }

  override onError(message: string, { error }: Parameters<AssistantChannel['onError']>[1]): void {
    // There is no browser to keep anything in, and this process asks once.
    if (error instanceof StorageError) return;
    this.pieces.end();
    this.#reject(new ScaffoldError(ExitCode.failed, `The chat says: ${message}`));
  }
}

const unanswered = (): ScaffoldError =>
  new ScaffoldError(ExitCode.failed, `No answer was whole after ${PATIENCE / 1000} s. Are its jobs running?`);

/** @throws the signal's reason */
function within<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason as Error);
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    work.then(resolve, reject);
  });
}

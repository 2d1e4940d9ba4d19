import type { AnswerRequest, FinishReason, Provider } from '../../../../templates/node/src/providers/provider.js';

/** Milliseconds. For tests in which nothing times out. */
const PATIENT = { firstByte: 60_000, idle: 60_000 };

export function requestOf(given: Partial<AnswerRequest> & { readonly question?: string } = {}): AnswerRequest {
  const { question = 'Hello?', ...rest } = given;
  return {
    system: 'You are a test.',
    turns: [{ role: 'user', content: question }],
    model: 'model-1',
    maxTokens: 1_000,
    timeouts: PATIENT,
    signal: new AbortController().signal,
    ...rest,
  };
}

export interface Collected {
  readonly pieces: readonly string[];
  readonly text: string;
  /** One of the two is there. */
  readonly finish: FinishReason | undefined;
  readonly error: unknown;
}

/** Runs an answer to its end, and keeps what came before a failure. */
export async function collect(provider: Provider, request: AnswerRequest): Promise<Collected> {
  const pieces: string[] = [];
  const answer = provider.answer(request);
  try {
    for (;;) {
      const next = await answer.next();
      if (next.done) return { pieces, text: pieces.join(''), finish: next.value, error: undefined };
      pieces.push(next.value);
    }
  } catch (error) {
    return { pieces, text: pieces.join(''), finish: undefined, error };
  }
}

/** Throws unless each piece is what the contract says: not empty, and of whole code points. */
export function checkPieces(pieces: readonly string[]): void {
  for (const [index, piece] of pieces.entries()) {
    if (piece === '') throw new Error(`piece ${index} is empty`);
    if (/\p{Surrogate}/u.test(piece)) throw new Error(`piece ${index} has half a code point: ${JSON.stringify(piece)}`);
  }
}

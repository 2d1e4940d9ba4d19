import { ActionError } from '../../widget/src/errors.js';
import { isFinal } from '../../widget/src/protocol/frames.js';
import type { AnswerView, MessageView, QuestionView } from '../../widget/src/conversation/view.js';
import type { Session } from '../../widget/src/session.js';
import type { Chance } from './chance.js';
import { OUTBOX_PERSISTS } from './ports.js';
import type { Tab } from './tab.js';

export interface Asked {
  readonly id: string;
  readonly text: string;
  readonly tab: Tab;
  /** It was in an outbox that nothing kept when its page went. */
  mayVanish: boolean;
  /**
   * Nothing that is asked later may overtake it. Not so after a refusal and another try; nor before a hello, as a backend
   * without our protocol confirms nothing that could be waited for.
   */
  isOrdered: boolean;
}

/** How often a visitor of one trial does what; an `ask` counts, the rest is small talk. */
export interface Appetite {
  readonly asks: number;
  readonly edits: number;
  readonly regenerations: number;
}

/** The person (or persons) at the tabs: does what can be done, at any moment, and writes down what was wanted. */
export class Visitor {
  readonly #chance: Chance;
  readonly #appetite: Appetite;
  readonly #trace: (line: string) => void;
  readonly asked: Asked[] = [];
  /** Ids of the answers that were asked for in the place of another. */
  readonly regenerated = new Set<string>();
  /** The last word on each answer. Only one tab votes: of two at once nobody could say which was the last. */
  readonly votes = new Map<string, 'up' | 'down' | null>();
  #edits = 0;

  constructor(chance: Chance, appetite: Appetite, trace: (line: string) => void) {
    this.#chance = chance;
    this.#appetite = appetite;
    this.#trace = trace;
  }

  get isThrough(): boolean {
    return this.asked.length >= this.#appetite.asks + this.#edits;
  }

  /** Does one thing at this tab, or nothing. */
  act(tab: Tab, mayVote: boolean): void {
    const { session } = tab;
    if (session === undefined) return;
    this.#attempt(() => this.#act(tab, session, mayVote));
  }

  /** Asks, where that can be done now. */
  ask(tab: Tab): void {
    const { session } = tab;
    if (session === undefined || this.isThrough) return;
    this.#attempt(() => {
      const text = `question ${this.asked.length + 1} of ${tab.name} ☂`;
      this.#remember(tab, session.ask(text), text);
    });
  }

  /** Tries everything again that was refused. */
  retry(tab: Tab): void {
    const { session } = tab;
    if (session === undefined || session.view.openAnswer !== undefined) return;
    const refused = session.view.messages.find((message) => isRefused(message));
    if (refused === undefined) return;
    const asked = this.asked.find(({ id }) => id === refused.id);
    if (asked !== undefined) asked.isOrdered = false;
    this.#trace(`${tab.name}: visitor tries ${refused.id} again`);
    this.#attempt(() => session.retry(refused.id));
  }

  /** The page goes: what only it remembers goes with it. */
  pageCloses(tab: Tab): void {
    if (OUTBOX_PERSISTS) return;
    for (const message of tab.view?.messages ?? []) {
      const asked = this.asked.find(({ id }) => id === message.id);
      if (asked !== undefined && message.status !== 'sent') asked.mayVanish = true;
    }
    this.votes.clear();
  }

  #act(tab: Tab, session: Session, mayVote: boolean): void {
    const chance = this.#chance;
    const { messages, openAnswer } = session.view;
    const answers = messages.filter(isAnswer);
    const roll = chance.next();
    if (roll < 0.4) {
      this.ask(tab);
    } else if (roll < 0.46) {
      // Seldom, and not the first, as most answers are to be heard to their end.
      if (openAnswer !== undefined && this.asked.length > 1) {
        this.#trace(`${tab.name}: visitor stops ${openAnswer.id}`);
        session.stop();
      }
    } else if (roll < 0.58) {
      const answer = chance.pick(answers.filter(({ status }) => isFinal(status)));
      if (answer !== undefined && this.regenerated.size < this.#appetite.regenerations) {
        const id = session.regenerate(answer.id);
        this.#trace(`${tab.name}: visitor wants ${id} for ${answer.id}`);
        this.regenerated.add(id);
      }
    } else if (roll < 0.68) {
      const question = chance.pick(messages.filter(isSentQuestion));
      if (question !== undefined && this.#edits < this.#appetite.edits) {
        const text = `question ${this.asked.length + 1} of ${tab.name}, edited`;
        const id = session.edit(question.id, text);
        this.#edits++;
        this.#remember(tab, id, text);
      }
    } else if (roll < 0.84) {
      const answer = mayVote ? chance.pick(answers.filter(({ id }) => !this.regenerated.has(id))) : undefined;
      if (answer !== undefined && isFinal(answer.status) && !isRefused(answer)) {
        const vote = chance.pick(['up', 'down', null] as const);
        this.#trace(`${tab.name}: visitor votes ${vote} on ${answer.id}`);
        session.feedback(answer.id, vote);
        this.votes.set(answer.id, vote);
      }
    } else if (roll < 0.9) {
      session.loadEarlier();
    } else if (roll < 0.95) {
      tab.wake();
    } else {
      this.retry(tab);
    }
  }

  #remember(tab: Tab, id: string, text: string): void {
    this.#trace(`${tab.name}: visitor asks ${id} "${text}"`);
    this.asked.push({ id, text, tab, mayVanish: false, isOrdered: tab.session?.supports('history') === true });
  }

  /** What cannot be done now is refused at once, visibly: nothing was asked. */
  #attempt(deed: () => void): void {
    try {
      deed();
    } catch (error) {
      if (!(error instanceof ActionError)) throw error;
      this.#trace(`visitor was refused: ${error.reason}`);
    }
  }
}

/** In the outbox, with the server's refusal; an answer that failed on the server has its row, and stays as it is. */
export function isRefused(message: MessageView): boolean {
  if (message.status !== 'failed') return false;
  return message.role === 'user' || (message.text === '' && WISHES.has(message.error?.code ?? ''));
}

const WISHES: ReadonlySet<string> = new Set(['busy', 'rate_limited', 'unsent']);

function isAnswer(message: MessageView): message is AnswerView {
  return message.role === 'assistant';
}

function isSentQuestion(message: MessageView): message is QuestionView {
  return message.role === 'user' && message.status === 'sent';
}

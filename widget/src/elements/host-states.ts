/** What a page's style sheet may ask of the host: `cable-chat:state(streaming)`. */
import type { ConversationView } from '../conversation/view.js';
import type { PresenceView } from '../presence/tracker.js';

/** The names that apply: the connection's status, `streaming` while an answer is open, `empty` without messages. */
export function statesOf(view: ConversationView | undefined, misconfigured: boolean): ReadonlySet<string> {
  const states = new Set<string>();
  if (misconfigured) return states.add('misconfigured');
  if (!view) return states;
  states.add(view.connection);
  if (view.openAnswer) states.add('streaming');
  if (view.messages.length === 0) states.add('empty');
  return states;
}

/** The names that apply to a list of who is here: its status, `connecting` before there is one, `empty` without anybody. */
export function presenceStatesOf(view: PresenceView | undefined, misconfigured: boolean): ReadonlySet<string> {
  if (misconfigured) return new Set(['misconfigured']);
  const states = new Set<string>([view?.status ?? 'connecting']);
  if (view?.isKnown === true && view.members.size === 0) states.add('empty');
  return states;
}

export function reflectStates(internals: ElementInternals | undefined, states: ReadonlySet<string>): void {
  // Browsers before May 2024 have no custom states, or only ones that begin with `--`: there they cannot be styled.
  const reflected = internals?.states as Set<string> | undefined;
  if (!reflected) return;
  try {
    for (const state of reflected) if (!states.has(state)) reflected.delete(state);
    for (const state of states) reflected.add(state);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
  }
}

/** Undefined in browsers that have none; there, no state can be styled. */
export function attachInternalsOf(element: HTMLElement): ElementInternals | undefined {
  return typeof element.attachInternals === 'function' ? element.attachInternals() : undefined;
}

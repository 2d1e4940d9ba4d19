/** An element ↔ its share in a list of who is here: what it hears of it, and whom it puts on it. */
import type { ReactiveControllerHost } from 'lit';
import type { PresenceChange, PresenceMember } from '../presence/reduce.js';
import type { PresenceView } from '../presence/tracker.js';
import type { PresenceLease } from '../presence-pool.js';
import type { PresenceSession, PresenceSessionEvents } from '../presence-session.js';
import { LeaseController, type LeaseControllerOptions } from './lease-controller.js';

export interface PresenceControllerOptions extends LeaseControllerOptions<PresenceLease> {
  readonly onMember: (change: PresenceChange) => void;
  readonly onChange: () => void;
  readonly onProblem: (error: PresenceSessionEvents['problem']) => void;
}

export class PresenceController extends LeaseController<PresenceLease> {
  readonly #options: PresenceControllerOptions;
  /** By this lease. */
  #claimed: PresenceMember | undefined;
  #told: PresenceSessionEvents['problem'] | undefined;

  constructor(host: ReactiveControllerHost, options: PresenceControllerOptions) {
    super(host, options);
    this.#options = options;
  }

  get presence(): PresenceSession | undefined {
    return this.lease?.presence;
  }

  get view(): PresenceView | undefined {
    return this.lease?.presence.view;
  }

  /** Puts this visitor on the list, or takes them off. */
  claim(member: PresenceMember | undefined): void {
    const before = this.#claimed;
    if (before?.id === member?.id && before?.info === member?.info) return;
    this.#claimed = member;
    this.lease?.claim(member);
  }

  protected override taken(lease: PresenceLease | undefined): readonly (() => void)[] {
    this.#claimed = undefined;
    if (lease === undefined) return [];
    const { presence } = lease;
    if (presence.problem !== undefined) this.#tell(presence.problem);
    return [
      presence.on('change', () => {
        this.host.requestUpdate();
        this.#options.onChange();
      }),
      presence.on('member', (change) => this.#options.onMember(change)),
      presence.on('problem', (error) => this.#tell(error)),
    ];
  }

  /** Once, also to an element that was moved in the page. */
  #tell(problem: PresenceSessionEvents['problem']): void {
    if (problem === this.#told) return;
    this.#told = problem;
    this.#options.onProblem(problem);
  }
}

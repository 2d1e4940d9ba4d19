/**
 * An element's lifecycle ↔ its share in something that others may hold as well. Acquires when the element is in the page,
 * acquires anew when what it is made of changed (the new share first, so that what both have in common is not torn down
 * between), and releases when the element leaves.
 */
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { ConfigurationError } from '../errors.js';
import { isTurboPreview } from './turbo-preview.js';

export interface LeaseControllerOptions<Lease> {
  /** Called before an update. Undefined: not yet. Throws a ConfigurationError if the element's attributes cannot work. */
  readonly acquire: () => Lease | undefined;
  /** Once for each new mistake. Called after the update that shows it. */
  readonly onConfigurationError: (error: ConfigurationError) => void;
}

export abstract class LeaseController<Lease extends { release(): void }> implements ReactiveController {
  protected readonly host: ReactiveControllerHost;
  readonly #options: LeaseControllerOptions<Lease>;
  #connected = false;
  #stale = true;
  #lease: Lease | undefined;
  #subscriptions: readonly (() => void)[] = [];
  #error: ConfigurationError | undefined;
  #unreported: ConfigurationError | undefined;

  constructor(host: ReactiveControllerHost, options: LeaseControllerOptions<Lease>) {
    this.host = host;
    this.#options = options;
    host.addController(this);
  }

  protected get lease(): Lease | undefined {
    return this.#lease;
  }

  /** Why there is no lease, if an attribute is wrong. */
  get error(): ConfigurationError | undefined {
    return this.#error;
  }

  /** What the lease is made of changed: the next update takes one that fits. To be called from `willUpdate`. */
  invalidate(): void {
    this.#stale = true;
  }

  hostConnected(): void {
    this.#connected = true;
    this.#stale = true;
    this.host.requestUpdate();
  }

  hostDisconnected(): void {
    this.#connected = false;
    this.#replace(undefined);
  }

  hostUpdate(): void {
    if (!this.#stale || !this.#connected || isTurboPreview()) return;
    this.#stale = false;
    try {
      this.#replace(this.#options.acquire());
      this.#error = undefined;
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      this.#replace(undefined);
      const known = this.#error?.attribute === error.attribute && this.#error.message === error.message;
      if (!known) this.#unreported = error;
      this.#error = error;
    }
  }

  hostUpdated(): void {
    const error = this.#unreported;
    this.#unreported = undefined;
    if (error) this.#options.onConfigurationError(error);
  }

  /** Another lease is held now. Returns what ends listening to it. */
  protected abstract taken(lease: Lease | undefined): readonly (() => void)[];

  #replace(next: Lease | undefined): void {
    const previous = this.#lease;
    for (const end of this.#subscriptions) end();
    this.#lease = next;
    this.#subscriptions = this.taken(next);
    previous?.release();
  }
}

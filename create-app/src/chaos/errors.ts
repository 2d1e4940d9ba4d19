/** What went wrong in the kit itself; the faults that it makes are no errors. */
export type ChaosReason =
  /** The proxy cannot listen, or the target is no address. */
  | 'bad-address'
  /** A fault, or a schedule of faults, that cannot be carried out as it is written. */
  | 'bad-schedule'
  /** A fault for which the run has nothing to hit: a page fault without a page. */
  | 'no-target'
  /** A process that did not start, get ready or end in time. */
  | 'process'
  /** The browser did not do what was asked. */
  | 'page'
  | 'stopped';

export class ChaosError extends Error {
  override readonly name = 'ChaosError';
  constructor(
    readonly reason: ChaosReason,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

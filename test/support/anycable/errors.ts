/**
 * - `not_started`: the process ended, or did not say that it is ready in time; the message holds its log
 * - `not_running`: asked of a server that was stopped
 * - `malformed_request`: an RPC that is not what AnyCable sends
 */
export type AnyCableReason = 'not_started' | 'not_running' | 'malformed_request';

export class AnyCableError extends Error {
  override readonly name = 'AnyCableError';
  constructor(
    readonly reason: AnyCableReason,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

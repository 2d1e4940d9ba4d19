export type CableErrorReason = 'closed' | 'invalid_option' | 'invalid_message' | 'invalid_presence';

/** A mistake of the code that uses the cable; what clients send wrongly is logged and dropped, never thrown. */
export class CableError extends Error {
  override readonly name = 'CableError';
  constructor(
    readonly reason: CableErrorReason,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

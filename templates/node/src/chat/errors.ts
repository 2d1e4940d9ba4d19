/** The chat core's tree of errors: `reason` is for code, `message` for the people who run the server. */
export class ChatError<Reason extends string = string> extends Error {
  override readonly name: string = 'ChatError';
  constructor(
    readonly reason: Reason,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** An option that cannot work. `message` names it, says what is wrong with it and what would do. */
export class OptionError extends ChatError<'invalid_option'> {
  override readonly name = 'OptionError';
  constructor(
    readonly option: string,
    message: string,
  ) {
    super('invalid_option', message);
  }
}

/**
 * - `unreadable`: the file or its directory cannot be opened, created or written
 * - `corrupt`: the file is damaged, or no database at all
 * - `full`: no room is left
 * - `locked`: another process held the database for longer than we wait
 * - `newer_schema`: a later version of this program has written it
 * - `closed`: used after close()
 * - `failed`: anything else; the cause tells
 */
export type StorageReason = 'unreadable' | 'corrupt' | 'full' | 'locked' | 'newer_schema' | 'closed' | 'failed';

/** The database did not do what it was asked. Whatever transaction was open has been rolled back. */
export class StorageError extends ChatError<StorageReason> {
  override readonly name = 'StorageError';
  constructor(
    reason: StorageReason,
    readonly path: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(reason, message, options);
  }
}

/** A value out of our own database that our own code cannot have written. */
export class RowError extends ChatError<'malformed_row'> {
  override readonly name = 'RowError';
  constructor(message: string, options?: ErrorOptions) {
    super('malformed_row', message, options);
  }
}

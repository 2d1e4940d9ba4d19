/**
 * A setting of AnyCable, wherever it is written, under one name: `history_limit` for ANYCABLE_HISTORY_LIMIT in an
 * environment, `history_limit` in anycable.toml's [broker], and `--history_limit` of a command.
 */
export interface Setting {
  readonly file: string;
  readonly line: number;
  readonly name: string;
  /** Where it can be told without running anything; a variable's fallback counts. */
  readonly value: string | undefined;
  /** Which side reads it. An environment file is read by both. */
  readonly side: 'rails' | 'server' | 'both';
  /** As it stands there: what a command of the user's would look for. */
  readonly written: string;
  /** Of Rails: development, production, default; of Compose: the service; of a Procfile: the process. */
  readonly section?: string;
  /** The value's place in the text, where it is a plain literal. */
  readonly range?: readonly [start: number, end: number];
  /** The whole entry's place. */
  readonly entry?: readonly [start: number, end: number];
}

/** `ANYCABLE_HISTORY_LIMIT` → `history_limit`; undefined for what is none of AnyCable's. */
export function fromVariable(variable: string): string | undefined {
  return /^ANYCABLE_[A-Z0-9_]+$/.test(variable) ? canonical(variable.slice('ANYCABLE_'.length)) : undefined;
}

/** Of several names for one thing, one. */
const names: Readonly<Record<string, string>> = {
  broadcast_adapters: 'broadcast_adapter',
  streams_public: 'public_streams',
  public: 'public_streams',
  ws_max_pending_size: 'max_pending_size',
  broker_history_limit: 'history_limit',
  broker_history_ttl: 'history_ttl',
  broker_sessions_ttl: 'sessions_ttl',
  broker_presence_ttl: 'presence_ttl',
  broker_adapter: 'broker',
  rpc_path: 'rpc_host',
};

export function canonical(name: string): string {
  const lower = name.toLowerCase().replaceAll('-', '_');
  return names[lower] ?? lower;
}

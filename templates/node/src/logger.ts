/** One structured line an event. `fields` hold plain data; errors are given as `error`. Secrets and texts of visitors stay out. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

export type LogFields = Readonly<Record<string, unknown>>;

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/**
 * Writes `time level message key=value …` lines through `write`, one call a line.
 *
 * Of an error it writes what it and its causes say. The stack follows where it helps: with events of level `error`, which
 * nobody foresaw, and with every event when the logger's level is `debug`.
 */
export function createLogger(
  level: LogLevel,
  write: (line: string) => void,
  now: () => Date = () => new Date(),
): Logger {
  const lowest = LOG_LEVELS.indexOf(level);
  const at =
    (name: Exclude<LogLevel, 'silent'>) =>
    (message: string, fields: LogFields = {}): void => {
      if (LOG_LEVELS.indexOf(name) < lowest) return;
      const withStacks = level === 'debug' || name === 'error';
      write(`${now().toISOString()} ${name.toUpperCase()} ${message}${formatFields(fields, withStacks)}`);
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

export const silentLogger: Logger = createLogger('silent', () => undefined);

function formatFields(fields: LogFields, withStacks: boolean): string {
  return Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}=${formatValue(value)}${withStacks ? formatStack(name, value) : ''}`)
    .join('');
}

function formatValue(value: unknown): string {
  if (value instanceof Error) return JSON.stringify(explain(value));
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value === 'string' && /^[\w.:/@-]+$/.test(value)) return value;
  return JSON.stringify(value) ?? 'undefined';
}

/** Beyond this depth no cause explains anything; and a chain may be a ring. */
const MOST_CAUSES = 5;

/** "ProviderError: it failed < Error: connect ECONNREFUSED": the error, and each cause after its effect. */
function explain(error: Error): string {
  const parts: string[] = [];
  let at: unknown = error;
  for (; at instanceof Error && parts.length < MOST_CAUSES; at = at.cause) {
    parts.push(at.message === '' ? at.name : `${at.name}: ${at.message}`);
  }
  return parts.join(' < ');
}

/** The frames only, for the sentence was said. Nothing where there are none. */
function formatStack(name: string, value: unknown): string {
  if (!(value instanceof Error)) return '';
  const frames = /\n {4}at [^]*/.exec(value.stack ?? '')?.[0].trim();
  return frames === undefined ? '' : ` ${name}_stack=${JSON.stringify(frames)}`;
}

/** The environment, checked once at the start. Every variable is listed here, and nothing reads the environment elsewhere. */
import { LOG_LEVELS } from './logger.js';
import type { LogLevel } from './logger.js';

/** All times in milliseconds. */
export interface Config {
  /** 0: any free port. */
  readonly port: number;
  readonly host: string;
  readonly databasePath: string;
  readonly trustProxy: boolean;
  readonly allowedOrigins: readonly string[];
  readonly historyLimit: number;
  readonly historyTtl: number;
  readonly sessionTtl: number;
  readonly pingInterval: number;
  /** How long a member without a connection still counts as present. */
  readonly presenceTtl: number;
  /** What tokens, signed streams and publishers' keys are made from. Absent: there are none of these. */
  readonly secret: string | undefined;
  /** `isEnforced`: nobody connects without a token. `ttl`: how long those of this server are good. */
  readonly tokens: { readonly isEnforced: boolean; readonly ttl: number };
  /** Streams that a page subscribes to directly: also unsigned ones (`public`), and what clients may do on signed ones. */
  readonly streams: { readonly public: boolean; readonly whisper: boolean; readonly presence: boolean };
  readonly openai: OpenAiConfig | undefined;
  readonly demo: { readonly seed: number; readonly tokensPerSecond: number };
  /** Absent: the chat's own. Tokens of an answer, tokens of what the model is sent, questions a minute of one visitor. */
  readonly limits: {
    readonly answerTokens: number | undefined;
    readonly contextTokens: number | undefined;
    readonly asksPerMinute: number | undefined;
  };
  /** Absent: the chat's own. */
  readonly systemPrompt: string | undefined;
  /** The fault lab instead of the plain page: for a demo, never for visitors' own conversations. */
  readonly lab: boolean;
  readonly logLevel: LogLevel;
}

export interface OpenAiConfig {
  /** Absent: a server that asks for none, as local ones do. */
  readonly apiKey: string | undefined;
  readonly baseURL: string | undefined;
  readonly model: string | undefined;
}

/** Everything that is wrong with the environment, one line each: the variable, its value, and what to write instead. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'));
  }
}

/** RFC 7518, section 3.2, wants an HMAC's key to be as long as its hash: 32 bytes. */
const SHORTEST_SECRET = 32;
/** Pages renew a token 10 s before its end: a shorter one would be renewed all the time. */
const SHORTEST_TOKEN_SECONDS = 30;

export type Environment = Readonly<Record<string, string | undefined>>;

/** Throws ConfigError. A variable that is empty counts as not set. */
export function readConfig(environment: Environment): Config {
  const problems: string[] = [];
  const variables = new Variables(environment, problems);
  const config: Config = {
    port: variables.integer('PORT', 3000, 0, 65_535, 'a port, such as 3000'),
    host: variables.text('HOST') ?? '127.0.0.1',
    databasePath: variables.text('DATABASE_PATH') ?? 'data/cable-chat.sqlite3',
    trustProxy: variables.flag('TRUST_PROXY'),
    allowedOrigins: variables.origins('ALLOWED_ORIGINS'),
    historyLimit: variables.integer('HISTORY_LIMIT', 10_000, 0, 1_000_000, 'how many messages of a stream to keep'),
    historyTtl: variables.seconds('HISTORY_TTL', 300),
    sessionTtl: variables.seconds('SESSION_TTL', 300),
    pingInterval: variables.seconds('PING_INTERVAL', 3),
    presenceTtl: variables.seconds('PRESENCE_TTL', 15),
    secret: variables.signingSecret('ANYCABLE_SECRET'),
    tokens: {
      isEnforced: variables.flag('ENFORCE_JWT'),
      ttl: variables.seconds('JWT_TTL', 300, SHORTEST_TOKEN_SECONDS),
    },
    streams: {
      public: variables.flag('PUBLIC_STREAMS'),
      whisper: variables.flag('STREAMS_WHISPER'),
      presence: variables.flag('STREAMS_PRESENCE', true),
    },
    openai: readOpenAi(variables),
    demo: {
      seed: variables.integer('DEMO_SEED', 1, 0, 0xffff_ffff, 'any whole number'),
      tokensPerSecond: variables.speed('DEMO_SPEED', 40),
    },
    limits: {
      answerTokens: variables.limit('MAX_ANSWER_TOKENS', 'the most tokens of an answer'),
      contextTokens: variables.limit('CONTEXT_TOKENS', 'the most tokens of what the model is sent'),
      asksPerMinute: variables.limit('ASKS_PER_MINUTE', 'the most questions of one visitor in a minute'),
    },
    systemPrompt: variables.text('SYSTEM_PROMPT'),
    lab: variables.flag('LAB'),
    logLevel: variables.choice('LOG_LEVEL', LOG_LEVELS, 'info'),
  };
  if (config.tokens.isEnforced && variables.text('ANYCABLE_SECRET') === undefined) {
    problems.push('ENFORCE_JWT is on, and nobody can have a token; set ANYCABLE_SECRET as well');
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return config;
}

function readOpenAi(variables: Variables): OpenAiConfig | undefined {
  const apiKey = variables.secret('OPENAI_API_KEY');
  const baseURL = variables.url('OPENAI_BASE_URL');
  const model = variables.text('OPENAI_MODEL');
  return apiKey === undefined && baseURL === undefined ? undefined : { apiKey, baseURL, model };
}

class Variables {
  readonly #environment: Environment;
  readonly #problems: string[];

  constructor(environment: Environment, problems: string[]) {
    this.#environment = environment;
    this.#problems = problems;
  }

  text(name: string): string | undefined {
    const value = this.#environment[name]?.trim();
    return value === '' ? undefined : value;
  }

  /** A problem with it never shows it. */
  secret(name: string): string | undefined {
    const value = this.text(name);
    if (value === undefined || /^[\x21-\x7e]+$/.test(value)) return value;
    this.#problems.push(
      `${name} has spaces, line breaks or letters that no key has; copy the key again, and nothing else`,
    );
    return undefined;
  }

  /** As `secret`, and long enough that nobody finds it out by trying: whoever has a token has something to try on. */
  signingSecret(name: string): string | undefined {
    const value = this.secret(name);
    if (value === undefined || value.length >= SHORTEST_SECRET) return value;
    this.#problems.push(
      `${name} is too short; write ${SHORTEST_SECRET} random characters or more, as from: openssl rand -hex 32`,
    );
    return undefined;
  }

  integer(name: string, fallback: number, low: number, high: number, meaning: string): number {
    const value = this.text(name);
    if (value === undefined) return fallback;
    if (/^\d+$/.test(value) && Number(value) >= low && Number(value) <= high) return Number(value);
    return this.#refuse(name, value, `${meaning}: a whole number from ${low} to ${high}`, fallback);
  }

  limit(name: string, meaning: string): number | undefined {
    return this.text(name) === undefined ? undefined : this.integer(name, 1, 1, 10_000_000, meaning);
  }

  /** In the environment in seconds, as AnyCable has them; here in milliseconds. A day at most. */
  seconds(name: string, fallback: number, low = 0): number {
    const value = this.text(name);
    if (value === undefined) return fallback * 1_000;
    const isNumber = /^\d+(\.\d+)?$/.test(value);
    if (isNumber && Number(value) >= low && Number(value) <= 86_400) return Number(value) * 1_000;
    return this.#refuse(name, value, `seconds from ${low} to 86400, such as ${fallback}`, fallback * 1_000);
  }

  speed(name: string, fallback: number): number {
    const value = this.text(name);
    if (value === undefined) return fallback;
    if (value === 'max') return Number.POSITIVE_INFINITY;
    if (/^\d+(\.\d+)?$/.test(value) && Number(value) > 0) return Number(value);
    return this.#refuse(name, value, `tokens a second, such as ${fallback}, or max`, fallback);
  }

  flag(name: string, fallback = false): boolean {
    const value = this.text(name)?.toLowerCase();
    if (value === undefined) return fallback;
    if (['0', 'false', 'no', 'off'].includes(value)) return false;
    if (['1', 'true', 'yes', 'on'].includes(value)) return true;
    return this.#refuse(name, value, 'true or false', fallback);
  }

  choice<Choice extends string>(name: string, choices: readonly Choice[], fallback: Choice): Choice {
    const value = this.text(name)?.toLowerCase();
    if (value === undefined) return fallback;
    const choice = choices.find((one) => one === value);
    return choice ?? this.#refuse(name, value, `one of ${choices.join(', ')}`, fallback);
  }

  url(name: string): string | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const url = URL.canParse(value) ? new URL(value) : undefined;
    if (url !== undefined && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '') return value;
    // Without what may be a secret.
    const shown = value.replace(/\/\/[^/]*@/, '//…@').replace(/\?.*$/, '');
    return this.#refuse(
      name,
      shown,
      'an address that begins with http:// or https:// and has no password in it, such as https://api.openai.com/v1',
      undefined,
    );
  }

  origins(name: string): readonly string[] {
    const hosts = (this.text(name) ?? '').split(',').map((host) => host.trim());
    return hosts.filter((host) => {
      if (host === '') return false;
      if (/^\*?[A-Za-z0-9.[\]:-]*$/.test(host) && !host.includes('//')) return true;
      this.#refuse(
        name,
        host,
        'hosts without http:// or a path, separated by commas: example.com,*.example.com',
        undefined,
      );
      return false;
    });
  }

  #refuse<Fallback>(name: string, value: string, expected: string, fallback: Fallback): Fallback {
    this.#problems.push(`${name} is ${JSON.stringify(value)}; write ${expected}`);
    return fallback;
  }
}

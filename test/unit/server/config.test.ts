import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ConfigError, readConfig } from '../../../templates/node/src/config.js';
import { createLogger } from '../../../templates/node/src/logger.js';

const SECRET = 'a-secret-of-thirty-two-letters..';

describe('readConfig', () => {
  test('an empty environment gives the defaults', () => {
    const defaults = readConfig({});
    assert.deepEqual(defaults, {
      port: 3000,
      host: '127.0.0.1',
      databasePath: 'data/cable-chat.sqlite3',
      trustProxy: false,
      allowedOrigins: [],
      historyLimit: 10_000,
      historyTtl: 300_000,
      sessionTtl: 300_000,
      pingInterval: 3_000,
      presenceTtl: 15_000,
      secret: undefined,
      tokens: { isEnforced: false, ttl: 300_000 },
      streams: { public: false, whisper: false, presence: true },
      openai: undefined,
      demo: { seed: 1, tokensPerSecond: 40 },
      limits: { answerTokens: undefined, contextTokens: undefined, asksPerMinute: undefined },
      systemPrompt: undefined,
      lab: false,
      logLevel: 'info',
    });
    assert.deepEqual(readConfig({ PORT: '', OPENAI_API_KEY: ' ', ALLOWED_ORIGINS: ' , ' }), defaults);
  });

  test('every variable is read', () => {
    assert.deepEqual(
      readConfig({
        PORT: '0',
        HOST: '::1',
        DATABASE_PATH: 'chat.db',
        TRUST_PROXY: 'true',
        ALLOWED_ORIGINS: 'a.test, *.b.test:8080,*',
        HISTORY_LIMIT: '5',
        HISTORY_TTL: '1.5',
        SESSION_TTL: '0',
        PING_INTERVAL: '1',
        PRESENCE_TTL: '2.5',
        ANYCABLE_SECRET: SECRET,
        ENFORCE_JWT: 'yes',
        JWT_TTL: '30',
        PUBLIC_STREAMS: 'on',
        STREAMS_WHISPER: 'true',
        STREAMS_PRESENCE: 'off',
        OPENAI_API_KEY: 'sk-x',
        OPENAI_BASE_URL: 'http://localhost:11434/v1',
        OPENAI_MODEL: 'small',
        SYSTEM_PROMPT: 'Be brief.',
        MAX_ANSWER_TOKENS: '9000',
        CONTEXT_TOKENS: '100000',
        ASKS_PER_MINUTE: '3',
        DEMO_SPEED: 'max',
        DEMO_SEED: '7',
        LAB: '1',
        LOG_LEVEL: 'DEBUG',
      }),
      {
        port: 0,
        host: '::1',
        databasePath: 'chat.db',
        trustProxy: true,
        allowedOrigins: ['a.test', '*.b.test:8080', '*'],
        historyLimit: 5,
        historyTtl: 1_500,
        sessionTtl: 0,
        pingInterval: 1_000,
        presenceTtl: 2_500,
        secret: SECRET,
        tokens: { isEnforced: true, ttl: 30_000 },
        streams: { public: true, whisper: true, presence: false },
        openai: { apiKey: 'sk-x', baseURL: 'http://localhost:11434/v1', model: 'small' },
        demo: { seed: 7, tokensPerSecond: Number.POSITIVE_INFINITY },
        limits: { answerTokens: 9_000, contextTokens: 100_000, asksPerMinute: 3 },
        systemPrompt: 'Be brief.',
        lab: true,
        logLevel: 'debug',
      },
    );
  });

  test('a local server needs no key; a model alone is none', () => {
    assert.deepEqual(readConfig({ OPENAI_BASE_URL: 'http://localhost/v1' }).openai, {
      apiKey: undefined,
      baseURL: 'http://localhost/v1',
      model: undefined,
    });
    assert.equal(readConfig({ OPENAI_MODEL: 'small' }).openai, undefined);
  });

  const bad: [name: string, value: string, hint: RegExp][] = [
    ['PORT', 'http', /a whole number from 0 to 65535/],
    ['MAX_ANSWER_TOKENS', '0', /the most tokens of an answer: a whole number from 1/],
    ['PORT', '65536', /such as 3000/],
    ['PORT', '-1', /PORT is "-1"/],
    ['PORT', '1e3', /PORT is "1e3"/],
    ['HISTORY_LIMIT', '1.5', /how many messages/],
    ['HISTORY_TTL', '5m', /seconds from 0 to 86400, such as 300/],
    ['SESSION_TTL', '-1', /seconds/],
    ['PING_INTERVAL', '99999', /seconds/],
    ['JWT_TTL', '29', /seconds from 30 to 86400, such as 300/],
    ['PRESENCE_TTL', 'long', /such as 15/],
    ['OPENAI_BASE_URL', 'localhost:11434', /such as https:\/\/api\.openai\.com\/v1/],
    ['OPENAI_BASE_URL', 'ftp://a.test', /address/],
    ['ALLOWED_ORIGINS', 'https://a.test', /without http:\/\//],
    ['ALLOWED_ORIGINS', 'a.test/path', /without http:\/\//],
    ['DEMO_SPEED', '0', /or max/],
    ['DEMO_SEED', 'x', /whole number/],
    ['LOG_LEVEL', 'loud', /one of debug, info, warn, error, silent/],
    ['TRUST_PROXY', 'maybe', /true or false/],
  ];
  for (const [name, value, hint] of bad) {
    test(`${name}=${value} is refused with what to write`, () => {
      assert.throws(
        () => readConfig({ [name]: value }),
        (error) => {
          assert.ok(error instanceof ConfigError);
          assert.equal(error.problems.length, 1);
          assert.ok(error.message.startsWith(`${name} is ${JSON.stringify(value)}`), error.message);
          assert.match(error.message, hint);
          return true;
        },
      );
    });
  }

  test('a secret that could be found out is refused, and not shown', () => {
    const tooShort = SECRET.slice(1);
    assert.throws(
      () => readConfig({ ANYCABLE_SECRET: tooShort, ENFORCE_JWT: '1' }),
      (error) => {
        assert.ok(error instanceof ConfigError);
        assert.deepEqual(error.problems, [
          'ANYCABLE_SECRET is too short; write 32 random characters or more, as from: openssl rand -hex 32',
        ]);
        return true;
      },
    );
    assert.throws(() => readConfig({ ANYCABLE_SECRET: `${SECRET} and words` }), /ANYCABLE_SECRET has spaces/);
  });

  test('tokens are not enforced where nobody can have one', () => {
    assert.throws(() => readConfig({ ENFORCE_JWT: '1' }), /ENFORCE_JWT is on.*set ANYCABLE_SECRET/);
    assert.throws(() => readConfig({ ENFORCE_JWT: '1', ANYCABLE_SECRET: ' ' }), /set ANYCABLE_SECRET/);
  });

  test('all problems are told at once, and no secret with them', () => {
    assert.throws(
      () =>
        readConfig({ PORT: 'x', OPENAI_API_KEY: 'sk my key', OPENAI_BASE_URL: 'https://me:pass@a.test/v1?key=hidden' }),
      (error) => {
        assert.ok(error instanceof ConfigError);
        assert.equal(error.problems.length, 3);
        for (const secret of ['my key', 'pass@', 'hidden']) assert.ok(!error.message.includes(secret), secret);
        return true;
      },
    );
  });
});

test('the logger writes one line an event, from its level on', () => {
  const lines: string[] = [];
  const logger = createLogger(
    'info',
    (line) => lines.push(line),
    () => new Date(0),
  );
  logger.debug('quiet');
  logger.warn('what happened', { name: 'a b', n: 1, none: undefined, text: 'x\ny' });
  assert.deepEqual(lines, ['1970-01-01T00:00:00.000Z WARN what happened name="a b" n=1 text="x\\ny"']);
  logger.error('failed', { error: new Error('why') });
  assert.ok(lines[1]?.includes('why') && !lines[1].includes('\n'));
});

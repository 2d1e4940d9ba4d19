import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createLogger } from '../../../templates/node/src/logger.js';
import type { LogLevel } from '../../../templates/node/src/logger.js';
import { ProviderError } from '../../../templates/node/src/providers/index.js';

function lineOf(level: LogLevel, log: (logger: ReturnType<typeof createLogger>) => void): string {
  const lines: string[] = [];
  log(
    createLogger(
      level,
      (line) => lines.push(line),
      () => new Date(0),
    ),
  );
  assert.equal(lines.length, 1);
  assert.doesNotMatch(lines[0]!, /\n/);
  return lines[0]!.replace('1970-01-01T00:00:00.000Z ', '');
}

const failure = new ProviderError('provider_unreachable', 'nothing listens at host', 'Please try again.', true, {
  cause: new Error('Connection error.', { cause: new TypeError('fetch failed') }),
});

describe('an error in the log', () => {
  it('says what happened and why, and no stack, where it was foreseen', () => {
    const line = lineOf('info', (logger) =>
      logger.warn('the provider failed', { code: 'x', error: failure, bytes: 3 }),
    );
    assert.equal(
      line,
      'WARN the provider failed code=x error="ProviderError: nothing listens at host < Error: Connection error. < TypeError: fetch failed" bytes=3',
    );
  });

  it('has its stack beside the sentence at the level debug', () => {
    const line = lineOf('debug', (logger) => logger.warn('the provider failed', { error: failure }));
    assert.match(line, /error="ProviderError: [^"]*fetch failed" error_stack="at .*logger\.test/);
  });

  it('has its stack where nobody foresaw it', () => {
    const line = lineOf('warn', (logger) => logger.error('a job failed', { error: new RangeError('out of it') }));
    assert.match(line, /error="RangeError: out of it" error_stack="at .*logger\.test/);
    assert.equal(line.split('out of it').length, 2, 'the sentence is said once');
  });

  it('may have no sentence and no stack, and be its own cause', () => {
    const ring = new Error('ring');
    ring.cause = ring;
    delete ring.stack;
    assert.match(
      lineOf('debug', (logger) => logger.error('x', { error: ring })),
      /^ERROR x error="Error: ring( < Error: ring){4}"$/,
    );
    assert.equal(
      lineOf('info', (logger) => logger.warn('x', { error: new TypeError() })),
      'WARN x error="TypeError"',
    );
  });
});

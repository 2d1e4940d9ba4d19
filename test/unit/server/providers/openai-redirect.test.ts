import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createOpenAIProvider } from '../../../../templates/node/src/providers/openai.js';
import { startOpenAIServer } from '../../../support/openai-server.js';
import type { OpenAIServer } from '../../../support/openai-server.js';
import { checkFailure, KEY } from './check-failure.js';
import { collect, requestOf } from './collect.js';

describe('a provider that redirects', () => {
  let server: OpenAIServer;
  let other: OpenAIServer;
  before(async () => {
    server = await startOpenAIServer();
    other = await startOpenAIServer();
  });
  after(() => Promise.all([server.stop(), other.stop()]));

  const redirect = async (status: number, location: string | undefined) => {
    const headers = { 'content-type': 'text/html', ...(location !== undefined && { location }) };
    server.enqueue({ kind: 'reply', status, headers, body: status === 304 ? '' : '<html>Moved</html>' });
    return (await collect(createOpenAIProvider({ apiKey: KEY, baseURL: server.baseURL }), requestOf())).error;
  };
  const failed = (message: RegExp) => ({
    code: 'provider_error',
    retryable: false,
    message,
    publicMessage: /not set up correctly/,
  });

  for (const status of [301, 302, 303, 307, 308]) {
    it(`with ${status} to another origin gets no conversation sent there`, async () => {
      const error = await redirect(status, `${other.baseURL}/chat/completions?key=secret`);
      checkFailure(error, failed(/redirects to .*, which is not followed.*OPENAI_BASE_URL/));
      const { message } = error as Error;
      assert.ok(message.includes(`${other.baseURL}/chat/completions (${status})`), message);
      assert.doesNotMatch(message, /secret/);
      assert.equal(other.requests.length, 0);
    });
  }

  it('within its own origin gets no second request either', async () => {
    const count = server.requests.length;
    checkFailure(await redirect(307, '/v2/chat/completions'), failed(/redirects to \/v2\/chat\/completions \(307\)/));
    assert.equal(server.requests.length, count + 1);
  });

  it('with whatever it likes in the header is logged without secrets, on one short line', async () => {
    checkFailure(
      await redirect(307, `https://me:secret@example.com/${KEY}`),
      failed(/https:\/\/example\.com\/\[key\]/),
    );
    checkFailure(await redirect(307, `//example.com/${'x'.repeat(5_000)}`), failed(/x…/));
    checkFailure(await redirect(302, 'javascript:alert(1)'), failed(/javascript:alert\(1\)/));
    checkFailure(await redirect(302, undefined), failed(/redirects to nowhere/));
    checkFailure(await redirect(304, undefined), failed(/redirects to nowhere \(304\)/));
  });
});

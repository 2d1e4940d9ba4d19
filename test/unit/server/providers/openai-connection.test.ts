import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { createOpenAIProvider } from '../../../../templates/node/src/providers/openai.js';
import { connectionFailure } from '../../../../templates/node/src/providers/openai/connection-failure.js';
import { ProviderConfigurationError } from '../../../../templates/node/src/providers/provider.js';
import { startOpenAIServer } from '../../../support/openai-server.js';
import type { OpenAIServer } from '../../../support/openai-server.js';
import { checkFailure, KEY } from './check-failure.js';
import { collect, requestOf } from './collect.js';

describe('an answer that never begins', () => {
  let server: OpenAIServer;
  before(async () => (server = await startOpenAIServer()));
  after(() => server.stop());

  describe('for want of a connection', () => {
    const at = (baseURL: string) => collect(createOpenAIProvider({ apiKey: KEY, baseURL }), requestOf());
    const unreachable = { code: 'provider_unreachable', publicMessage: /cannot be reached|set up/ } as const;

    it('nobody listens', async () => {
      const gone = await startOpenAIServer();
      await gone.stop();
      checkFailure((await at(gone.baseURL)).error, {
        ...unreachable,
        retryable: true,
        message: /nothing listens there \(ECONNREFUSED\)/,
      });
    });

    it('the connection is closed without a response', async () => {
      server.enqueue({ kind: 'reset' });
      checkFailure((await at(server.baseURL)).error, {
        ...unreachable,
        retryable: true,
        message: /ECONNRESET|UND_ERR_SOCKET/,
      });
    });

    it('TLS with a server that speaks none', async () => {
      checkFailure((await at(server.baseURL.replace('http:', 'https:'))).error, {
        ...unreachable,
        retryable: false,
        message: /no secure connection to 127\.0\.0\.1:\d+ \(\w+\); check http:\/\/ or https:\/\//,
      });
    });

    it('something that does not speak HTTP', async () => {
      const odd = createServer((socket) => {
        socket.on('error', () => undefined);
        socket.resume().end('SSH-2.0-OpenSSH_9.2\r\n');
      });
      await new Promise<void>((resolve) => odd.listen(0, '127.0.0.1', resolve));
      try {
        const { port } = odd.address() as AddressInfo;
        checkFailure((await at(`http://127.0.0.1:${port}/v1`)).error, {
          ...unreachable,
          retryable: true,
          message: /cannot be reached: \w+/,
        });
      } finally {
        await new Promise((resolve) => odd.close(resolve));
      }
    });

    for (const [code, message, retryable] of [
      ['ENOTFOUND', /its name is not known \(ENOTFOUND\)/, true],
      ['EAI_AGAIN', /its name is not known/, true],
      ['EHOSTUNREACH', /EHOSTUNREACH/, true],
      ['DEPTH_ZERO_SELF_SIGNED_CERT', /no secure connection.*NODE_EXTRA_CA_CERTS/, false],
      ['ERR_TLS_CERT_ALTNAME_INVALID', /no secure connection/, false],
      ['CERT_HAS_EXPIRED', /no secure connection/, false],
    ] as const) {
      it(`by code ${code}`, () => {
        const fetchFailed = new TypeError('fetch failed', { cause: Object.assign(new Error('x'), { code }) });
        checkFailure(connectionFailure(new Error('Connection error.', { cause: fetchFailed }), 'host', {}), {
          ...unreachable,
          retryable,
          message,
        });
      });
    }

    for (const code of ['ETIMEDOUT', 'UND_ERR_CONNECT_TIMEOUT']) {
      it(`a connection that is not made in time, by code ${code}`, () => {
        // A name with several addresses: one error each.
        const each = new AggregateError([Object.assign(new Error('x'), { code })]);
        const error = connectionFailure(new Error('Connection error.', { cause: each }), 'host', {});
        checkFailure(error, { code: 'timeout', retryable: true, message: /connecting to host timed out/ });
      });
    }
  });

  describe('by its settings', () => {
    const refused = (options: Parameters<typeof createOpenAIProvider>[0], message: RegExp): void => {
      assert.throws(
        () => createOpenAIProvider(options),
        (error) =>
          error instanceof ProviderConfigurationError &&
          message.test(error.message) &&
          !error.message.includes('secret'),
      );
    };

    it('a key that no header can hold, which is not shown', () => {
      refused({ apiKey: 'sk-secret\nkey' }, /OPENAI_API_KEY has spaces/);
      refused({ apiKey: 'sk-secret…' }, /OPENAI_API_KEY has/);
    });

    it('an address that is none', () => {
      refused({ baseURL: 'localhost:11434' }, /OPENAI_BASE_URL is "localhost:11434"; write a whole address/);
      refused({ baseURL: 'ftp://localhost' }, /write a whole address/);
      refused({ baseURL: 'http://me:secret@localhost/v1' }, /has a name or password in it/);
    });

    it('but takes a key with line breaks around it', async () => {
      const locked = await startOpenAIServer({ apiKey: KEY });
      try {
        const { finish } = await collect(
          createOpenAIProvider({ apiKey: `${KEY}\n`, baseURL: `${locked.baseURL}/` }),
          requestOf(),
        );
        assert.equal(finish, 'stop');
      } finally {
        await locked.stop();
      }
    });
  });
});

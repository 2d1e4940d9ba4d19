import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createProvider, ProviderConfigurationError } from '../../../../templates/node/src/providers/index.js';
import { startOpenAIServer } from '../../../support/openai-server.js';
import { collect, requestOf } from './collect.js';

const demo = { seed: 1, tokensPerSecond: Infinity };

describe('the choice of a provider', () => {
  it('is the demo model where nothing is set', () => {
    assert.equal(createProvider({ demo }).name, 'demo');
    assert.equal(createProvider({ demo, openai: undefined }).name, 'demo');
    assert.equal(createProvider({ demo, openai: { apiKey: undefined, baseURL: undefined, model: 'm' } }).name, 'demo');
    assert.equal(createProvider({ demo, openai: { apiKey: ' ', baseURL: '' } }).name, 'demo');
  });

  it('is an OpenAI-compatible one with a key', () => {
    assert.equal(createProvider({ demo, openai: { apiKey: 'sk-test', baseURL: '' } }).name, 'openai');
  });

  it('is an OpenAI-compatible one with an address and no key', async () => {
    const server = await startOpenAIServer();
    try {
      const provider = createProvider({ demo, openai: { apiKey: '', baseURL: server.baseURL, model: 'llama3.2' } });
      assert.equal(provider.name, 'openai');
      assert.equal((await collect(provider, requestOf({ model: 'default' }))).finish, 'stop');
      assert.equal((server.requests[0]!.body as { model: string }).model, 'llama3.2');
      assert.equal(server.requests[0]!.headers.authorization, 'Bearer no-key');
    } finally {
      await server.stop();
    }
  });

  it('never falls back to the demo model when a setting is wrong', () => {
    assert.throws(() => createProvider({ demo, openai: { baseURL: 'nonsense' } }), ProviderConfigurationError);
    assert.throws(
      () => createProvider({ demo: { seed: 1, tokensPerSecond: 0 } }),
      /tokensPerSecond of the demo model is 0/,
    );
  });
});

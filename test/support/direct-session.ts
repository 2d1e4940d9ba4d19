import type { RawConfig } from '../../widget/src/config.js';
import { DirectStreamTransport } from '../../widget/src/transport/direct-stream.js';
import { HttpActions } from '../../widget/src/transport/http-actions.js';
import type { TokenSource } from '../../widget/src/transport/token.js';
import { ScriptedFetch } from './scripted-fetch.js';
import { type Harness, MapStorage, startSession } from './session.js';

export interface DirectHarness extends Harness {
  /** Where actions are posted. */
  readonly server: ScriptedFetch;
}

export interface DirectOptions extends Pick<RawConfig, 'conversationId' | 'signedStreamName'> {
  readonly tokens?: TokenSource;
  readonly storage?: MapStorage;
  readonly tabStorage?: MapStorage;
}

/** A real session over a signed stream of a scripted cable, whose actions are posted to a scripted server. */
export function startDirect({ conversationId, signedStreamName, ...options }: DirectOptions = {}): DirectHarness {
  const server = new ScriptedFetch();
  const raw = { conversationId, signedStreamName, actionsUrl: '/actions' };
  const { tokens, storage = new MapStorage(), tabStorage = new MapStorage() } = options;
  const harness = startSession(raw, storage, tabStorage, (cable, clock) => {
    const actions = new HttpActions({
      url: 'https://example.com/actions',
      tokens,
      csrfToken: () => undefined,
      fetch: server.fetch,
      clock,
    });
    return new DirectStreamTransport({
      cable,
      post: (action, signal) => actions.post(action, signal),
      given: conversationId && signedStreamName ? { conversationId, signedStreamName } : undefined,
      clock,
      random: () => 0.5,
    });
  });
  // Its getters must stay getters.
  return Object.defineProperties({ server }, Object.getOwnPropertyDescriptors(harness)) as DirectHarness;
}

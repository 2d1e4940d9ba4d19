/** What the server's README tells a site's backend to run, run. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { runInNewContext } from 'node:vm';
import { SignJWT } from 'jose';
import { Tokens, deriveKeys } from '../../../../templates/node/src/auth/index.js';
import { decodeBroadcast } from '../../../../templates/node/src/http/publications.js';

const readme = readFileSync(new URL('../../../../templates/node/README.md', import.meta.url), 'utf8');
const snippet = (pattern: RegExp) => pattern.exec(readme)?.[1] ?? assert.fail(`nothing like ${String(pattern)}`);

const ANYCABLE_SECRET = 'a-secret-of-thirty-two-characters';

test('the token that a Node backend mints is good for the time that the endpoint answers', async () => {
  const code = snippet(/```js\n[^`]*?(const token = await [^`]*?;)\n```/);
  const context = { SignJWT, TextEncoder, user: { id: 42 }, process: { env: { ANYCABLE_SECRET } } };
  const token = (await runInNewContext(`(async () => { ${code} return token; })()`, context)) as string;
  const seconds = Number(snippet(/"expires_in": (\d+)/));
  const minted = Date.now();
  const verify = (at: number) =>
    new Tokens({ key: deriveKeys(ANYCABLE_SECRET).tokens, ttl: 1, now: () => at }).verify(token);
  assert.deepEqual(await verify(minted), { verdict: 'good', identity: { user: '42' }, id: undefined });
  assert.deepEqual(await verify(minted + (seconds + 1) * 1_000), { verdict: 'expired' });
});

test('the publication is one', () => {
  const decoded = decodeBroadcast(snippet(/\/_broadcast .*--data '(.*)'/));
  assert.deepEqual(decoded, {
    kind: 'publish',
    publications: [{ stream: 'news', json: '{"text": "Hello"}', meta: {} }],
  });
});

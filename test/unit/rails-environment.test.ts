import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { railsEnvironment, railsHome } from '../../scripts/rails.mjs';

const misleading = {
  BUNDLE_GEMFILE: '/elsewhere/Gemfile',
  RUBYOPT: '-rbundler/setup',
  GEM_PATH: '/elsewhere',
  RAILS_ENV: 'production',
  DATABASE_URL: 'postgres://elsewhere/mine',
  ANYCABLE_SECRET: 'mine',
  OPENAI_API_KEY: 'sk-mine',
};
const before = Object.fromEntries(Object.keys(misleading).map((name) => [name, process.env[name]]));
after(() => {
  for (const [name, value] of Object.entries(before)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
});

test('the Ruby of the tests is led astray by nothing that a developer has set, keys and databases least of all', () => {
  Object.assign(process.env, misleading);
  const environment = railsEnvironment();
  for (const name of Object.keys(misleading)) {
    // There, and undefined: so that it is taken away where this is added to another environment.
    assert.ok(name in environment, name);
    assert.equal(environment[name], name === 'GEM_PATH' ? railsHome : undefined, name);
  }
  assert.equal(environment['GEM_HOME'], railsHome);
  assert.ok(environment['PATH']?.startsWith(join(railsHome, 'bin')));
  assert.ok(environment['PATH']?.endsWith(process.env['PATH'] ?? '?'));
});

/** What a Rails app is made of: decided from data alone. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ScaffoldError } from '../../create-app/src/errors.js';
import { moduleName, validateAppName } from '../../create-app/src/rails/app-name.js';
import { choiceNames, defaultChoices, railsChoices, type RailsChoices } from '../../create-app/src/rails/choices.js';
import { railsNewFlags } from '../../create-app/src/rails/flags.js';
import { gemsFor } from '../../create-app/src/rails/gems.js';
import { installersFor } from '../../create-app/src/rails/installers.js';
import { WIDGET_PATH, nameMigrations, renderRails, selectFiles } from '../../create-app/src/rails/template.js';
import { bundlersOf } from '../../create-app/src/rails/railsrc.js';
import { rubyEnvironment } from '../../create-app/src/rails/tools.js';
import { readTemplate } from '../../create-app/src/render.js';
import { findVersion, isAtLeast } from '../../create-app/src/version.js';

const template = fileURLToPath(new URL('../../templates/rails', import.meta.url));

/** Every app that can be chosen. */
function everyChoice(): RailsChoices[] {
  let all: Partial<RailsChoices>[] = [{}];
  for (const name of choiceNames) {
    all = all.flatMap((chosen) => railsChoices[name].map((value) => ({ ...chosen, [name]: value })));
  }
  return all as RailsChoices[];
}

test('versions are read out of what programs say, and compared number by number', () => {
  assert.deepEqual(findVersion('Rails 7.2.4'), [7, 2, 4]);
  assert.deepEqual(findVersion('Rails 8.1.0.beta1'), [8, 1, 0]);
  assert.equal(findVersion('command not found'), undefined);
  assert.equal(isAtLeast([7, 10], [7, 9, 9]), true);
  assert.equal(isAtLeast([3, 1], [3, 1, 0]), true);
  assert.equal(isAtLeast([3, 3, 15], [3, 3, 22]), false);
  assert.equal(isAtLeast([6, 1, 7], [7, 0]), false);
});

test('the module is the one that Rails makes of a name', () => {
  for (const [name, module] of [
    ['my-app', 'MyApp'],
    ['chat2', 'Chat2'],
    ['my.chat_app', 'MyChatApp'],
    ['any--cable', 'AnyCable'],
  ] as const) {
    assert.equal(moduleName(name), module);
  }
});

for (const [name, why] of [
  ['test', /Rails keeps that word/],
  ['runner', /Rails keeps that word/],
  ['rails', /its module would be Rails,/],
  ['class', /its module would be Class,/],
  ['string', /its module would be String,/],
  ['action-cable', /its module would be ActionCable,/],
  ['cable_chat', /its module would be CableChat,/],
  ['any-cable', /its module would be AnyCable,/],
  ['7up', /begins with a digit/],
] as const) {
  test(`a Rails app cannot be called ${name}, and my-${name} is better`, () => {
    assert.throws(
      () => validateAppName(name),
      (error) => error instanceof ScaffoldError && error.exitCode === 2 && why.test(error.message),
    );
    validateAppName(`my-${name}`);
  });
}

test('`rails new` gets only flags that this Rails knows, and what the chat needs whatever ~/.railsrc says', () => {
  const skipped = new Set(['bundle', 'docker', 'test'] as const);
  const [old, middle, young] = [
    [7, 0],
    [7, 2, 4],
    [8, 0, 1],
  ].map((rails) => railsNewFlags(rails, { choices: { database: 'postgresql' }, skipped }));
  for (const flags of [old, middle, young]) {
    for (const flag of [
      '--skip-bundle',
      '--no-api',
      '--no-skip-action-cable',
      '--skip-test',
      '--database=postgresql',
    ]) {
      assert.ok(flags?.includes(flag), flag);
    }
  }
  assert.ok(!old?.includes('--skip-docker') && middle?.includes('--skip-docker'));
  assert.ok(!middle?.includes('--skip-thruster') && young?.includes('--skip-thruster'));
  const git = (parts: readonly ('git' | 'test')[]) =>
    railsNewFlags([7, 2], { choices: defaultChoices, skipped: new Set(parts) }).includes('--skip-git');
  assert.deepEqual([git(['git']), git(['test'])], [true, false]);
});

test('the gems are those of the choices, and pinned only for a RubyGems that would compile them', () => {
  const names = (choices: Partial<RailsChoices>, rubygems = [3, 5], os: NodeJS.Platform = 'linux'): string[] =>
    gemsFor({ ...defaultChoices, ...choices }, { rubygems, os }).map(({ name }) => name);
  const has = (gems: readonly string[], name: string) => gems.includes(name);

  assert.ok(has(names({}), 'anycable-rails-core') && !has(names({}), 'anycable-rails'));
  assert.ok(has(names({ rpc: 'grpc' }), 'anycable-rails') && !has(names({ rpc: 'grpc' }), 'anycable-rails-core'));
  assert.ok(has(names({ cluster: 'redis' }), 'redis') && !has(names({ cluster: 'nats' }), 'redis'));
  assert.ok(has(names({ provider: 'openai' }), 'ruby-openai') && !has(names({}), 'ruby-openai'));
  assert.ok(!has(names({}), 'nokogiri') && !has(names({}, [3, 3, 15], 'darwin'), 'nokogiri'));
  assert.ok(has(names({}, [3, 3, 15]), 'nokogiri') && !has(names({}, [3, 3, 15]), 'grpc'));
  assert.ok(has(names({ rpc: 'grpc' }, [3, 3, 15]), 'grpc'));
});

test('the installers are those of the gems, in the order of `rails new`', () => {
  const none = { javascript: undefined, css: undefined };
  const gemfile = 'gem "stimulus-rails"\ngem "importmap-rails"\n# gem "solid_cache"\ngem "solid_queue"\n';
  const all = ['importmap:install', 'stimulus:install', 'solid_queue:install'];
  assert.deepEqual(installersFor(gemfile, none, new Set()), all);
  assert.deepEqual(installersFor(gemfile, none, new Set(['solid_queue'])), all.slice(0, 2));
  assert.deepEqual(installersFor('', none, new Set()), []);

  const bundled = 'gem "cssbundling-rails"\ngem "jsbundling-rails"\n';
  assert.deepEqual(installersFor(bundled, { javascript: 'esbuild', css: 'bootstrap' }, new Set()), [
    'javascript:install:esbuild',
    'css:install:bootstrap',
  ]);
  assert.deepEqual(installersFor(bundled, none, new Set()), []);
});

test('which bundlers they are is in the user’s own options', () => {
  assert.deepEqual(bundlersOf('-j esbuild\n--css=bootstrap'), { javascript: 'esbuild', css: 'bootstrap' });
  assert.deepEqual(bundlersOf('--javascript bun # not -j esbuild\n-c sass'), { javascript: 'bun', css: 'sass' });
  assert.deepEqual(bundlersOf('--skip-jbuilder --api -T'), { javascript: undefined, css: undefined });
});

test('Ruby gets the user’s environment, without the Gemfile of a Bundler that we were started by', () => {
  const env = { GEM_HOME: '/gems', BUNDLE_GEMFILE: '/other/Gemfile', RUBYOPT: '-W0 -r/x/bundler/setup', PATH: '/bin' };
  assert.deepEqual(rubyEnvironment(env), { GEM_HOME: '/gems', RUBYOPT: '-W0', PATH: '/bin' });
  assert.deepEqual(rubyEnvironment({ PATH: '/bin' }), { PATH: '/bin' });
});

test('a variant takes the place of the common file, and the more it is for, the more it counts', () => {
  const paths = [
    'Procfile',
    'config/a.rb',
    '_variants/rpc-grpc/Procfile',
    '_variants/rpc-grpc+cluster-redis/Procfile',
    '_variants/provider-ruby_llm/config/b.rb',
  ];
  const select = (choices: Partial<RailsChoices>) =>
    Object.fromEntries(selectFiles(paths, { ...defaultChoices, ...choices }));
  assert.deepEqual(select({}), { Procfile: 'Procfile', 'config/a.rb': 'config/a.rb' });
  assert.equal(select({ rpc: 'grpc' })['Procfile'], '_variants/rpc-grpc/Procfile');
  assert.equal(select({ rpc: 'grpc', cluster: 'redis' })['Procfile'], '_variants/rpc-grpc+cluster-redis/Procfile');
  assert.equal(select({ provider: 'ruby_llm' })['config/b.rb'], '_variants/provider-ruby_llm/config/b.rb');
});

test('a template that contradicts itself is noticed', () => {
  const choices: RailsChoices = { ...defaultChoices, rpc: 'grpc', cluster: 'redis' };
  const both = ['_variants/rpc-grpc/Procfile', '_variants/cluster-redis/Procfile'];
  assert.throws(() => selectFiles(both, choices), /are both for Procfile/);
  for (const folder of ['rpc-soap', 'Procfile', 'rpc', 'rpc-grpc+x-y']) {
    assert.throws(() => selectFiles([`_variants/${folder}/Procfile`], choices), /names no choice/);
  }
});

test('migrations keep the names that the app has for them, and are new and in order where there are none', () => {
  const now = new Date('2026-11-23T18:59:59.345Z');
  const paths = ['app/a.rb', 'db/migrate/20260101000001_b.rb', 'db/migrate/20260101000000_a.rb'];
  const names = (...existing: string[]) => Object.fromEntries(nameMigrations(paths, existing, now));
  assert.deepEqual(names('20250101000000_create_users.rb'), {
    'db/migrate/20260101000000_a.rb': 'db/migrate/20261123185959_a.rb',
    'db/migrate/20260101000001_b.rb': 'db/migrate/20261123190000_b.rb',
  });
  assert.equal(names('20260202020202_b.rb')['db/migrate/20260101000001_b.rb'], 'db/migrate/20260202020202_b.rb');
});

test('the template renders for every choice, with the widget and nothing of its own workshop', () => {
  const files = readTemplate(template);
  const migrations = nameMigrations(
    files.map(({ path }) => path),
    ['1_create_cable_chat.rb'],
    new Date(),
  );
  for (const choices of everyChoice()) {
    const rendered = renderRails(files, {
      choices,
      skipped: new Set(),
      widget: Buffer.from('widget'),
      migrations,
    });
    const paths = rendered.map(({ path }) => path);
    assert.equal(new Set(paths).size, paths.length);
    assert.ok(paths.includes(WIDGET_PATH) && paths.includes('db/migrate/1_create_cable_chat.rb'));
    assert.deepEqual(
      paths.filter((path) => /^(_variants\/|README\.md$|Gemfile|\.rubocop\.yml$)/.test(path)),
      [],
    );
    const initializer = rendered.find(({ path }) => path === 'config/initializers/cable_chat.rb');
    assert.match(String(initializer?.content), new RegExp(`"CABLE_CHAT_PROVIDER", "${choices.provider}"`));
  }
});

test('parts that are not wanted are left out', () => {
  const paths = (skipped: readonly ('test' | 'docker')[]) =>
    renderRails(readTemplate(template), {
      choices: defaultChoices,
      skipped: new Set(skipped),
      widget: Buffer.alloc(0),
      migrations: new Map(),
    }).map(({ path }) => path);
  const isPart = (path: string) => /^(test\/|Dockerfile|compose\.)/.test(path);
  assert.ok(paths([]).some(isPart));
  assert.ok(!paths(['test', 'docker']).some(isPart));
  assert.deepEqual(
    paths(['test', 'docker']),
    paths([]).filter((path) => !isPart(path) && path !== '.dockerignore' && !path.startsWith('bin/docker-')),
  );
});

test('no file of the template holds what a renderer would take for its own', () => {
  const names = readdirSync(template, { recursive: true, encoding: 'utf8' });
  assert.ok(names.length > 0);
  for (const { path, content } of readTemplate(template)) {
    assert.ok(!content.includes('{{'), `${join('templates/rails', path)} holds {{`);
  }
});

/** The edits of files that are the user's: exact, done once, and taken back byte for byte. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { applyEdits, revertEdits, type Edit } from '../../create-app/src/edits/edit.js';
import { insertLines, removeLines, splitLines } from '../../create-app/src/edits/lines.js';
import { useAnyCable } from '../../create-app/src/rails/edits/cable-yml.js';
import { beginImmediately, nameProductionDatabase, widenPool } from '../../create-app/src/rails/edits/database-yml.js';
import { declareGem, declares } from '../../create-app/src/rails/edits/gemfile.js';
import { ignoreEnv, keepEnvExample } from '../../create-app/src/rails/edits/gitignore.js';
import { pinWidget } from '../../create-app/src/rails/edits/importmap.js';
import { useSolidQueue, workInPuma } from '../../create-app/src/rails/edits/jobs.js';
import { drawRoot, drawRoutes } from '../../create-app/src/rails/edits/routes.js';
import { randomly, seed } from '../support/seed.js';

console.log(`SEED=${seed}`);

const GEMFILE = `source "https://rubygems.org"

gem "rails", "~> 7.2.4"
# Drivers
gem "sqlite3", ">= 1.4",
  require: false # the adapter does

group :development, :test do
  gem "debug"
end
`;

const ROUTES = `Rails.application.routes.draw do
  get "up" => "rails/health#show", as: :rails_health_check

  # root "posts#index"
end
`;

const CABLE = `development:
  adapter: async

test:
  adapter: test

production:
  adapter:   redis # for now
  url: <%= ENV.fetch("REDIS_URL") { "redis://localhost:6379/1" } %>
`;

const DATABASE = `default: &default
  adapter: sqlite3
  pool: <%= ENV.fetch("RAILS_MAX_THREADS") { 5 } %>
  timeout: 5000

production:
  <<: *default
  # database: path/to/persistent/storage/production.sqlite3
`;

const APPLICATION = `module MyApp
  class Application < Rails::Application
    config.load_defaults 7.2
  end
end
`;

const databaseEdits = [widenPool, beginImmediately, nameProductionDatabase];

const cableGem = declareGem({ name: 'anycable-rails', requirement: '~> 1.6', why: 'The cable' });
const proxyGem = declareGem({ name: 'anycable-thruster', why: 'The proxy', options: ['require: false'] });

function textOf(result: ReturnType<Edit['apply']>): string {
  assert.equal(result.kind, 'text', result.kind === 'problem' ? result.why : '');
  return result.kind === 'text' ? result.text : '';
}

function assertReversible(edits: readonly Edit[], text: string): string {
  const once = textOf(applyEdits(edits, text));
  assert.notEqual(once, text);
  assert.equal(textOf(applyEdits(edits, once)), once, 'a second time changes nothing');
  assert.equal(textOf(revertEdits(edits, once)), text, 'taken back byte for byte');
  assert.equal(textOf(revertEdits(edits, text)), text, 'where it was not made, nothing is taken back');
  return once;
}

test('gems go behind the last one that is in no group, each with its reason', () => {
  const text = assertReversible([cableGem, proxyGem], GEMFILE);
  assert.equal(
    text,
    GEMFILE.replace(
      '  require: false # the adapter does\n',
      `  require: false # the adapter does
# The cable
gem "anycable-rails", "~> 1.6"
# The proxy
gem "anycable-thruster", require: false
`,
    ),
  );
});

test('a gem that the Gemfile has, in whatever form, is not declared twice', () => {
  for (const line of ['gem "anycable-rails"', "gem 'anycable-rails', '~> 1.5'", '  gem("anycable-rails")']) {
    const gemfile = `${GEMFILE}${line}\n`;
    assert.equal(textOf(cableGem.apply(gemfile)), gemfile);
  }
  const either = declareGem({ name: 'anycable-rails-core', why: 'The cable', satisfiedBy: ['anycable-rails'] });
  const gemfile = 'gem "anycable-rails"\n';
  assert.equal(textOf(either.apply(gemfile)), gemfile);
  assert.equal(declares('# gem "anycable-rails"\ngem "anycable-rails-core"\n', 'anycable-rails'), false);
});

test('a Gemfile without a gem gets them at its end', () => {
  for (const gemfile of ['source "https://rubygems.org"\n', 'gemspec', '']) assertReversible([cableGem], gemfile);
});

test('routes are drawn first, and a root only where there is none', () => {
  assert.equal(
    assertReversible([drawRoutes, drawRoot], ROUTES),
    ROUTES.replace('draw do\n', 'draw do\n  root "cable_chat/chats#show"\n  draw :cable_chat\n'),
  );
  for (const own of ['  root "posts#index"', '  root to: "posts#index"', '  get "/", to: "posts#index"']) {
    const routes = ROUTES.replace('\nend', `\n${own}\nend`);
    assert.equal(textOf(drawRoot.apply(routes)), routes);
  }
  const drawn = ROUTES.replace('\nend', '\n  draw(:cable_chat)\nend');
  assert.equal(textOf(drawRoutes.apply(drawn)), drawn);
});

test('routes that are drawn in no way that we know are left alone, with a reason', () => {
  const result = drawRoutes.apply('App.routes { get "/" }\n');
  assert.equal(result.kind, 'problem');
  assert.match(result.kind === 'problem' ? result.why : '', /Rails\.application\.routes\.draw do/);
  assert.equal(applyEdits([drawRoutes, drawRoot], 'nothing').kind, 'problem');
});

test('every environment but the tests’ broadcasts through AnyCable', () => {
  assert.equal(
    assertReversible([useAnyCable], CABLE),
    CABLE.replace('adapter: async', 'adapter: any_cable # was: async').replace(
      'adapter:   redis # for now',
      'adapter:   any_cable # was: redis # for now',
    ),
  );
  const done = CABLE.replace('adapter: async', 'adapter: "any_cable"').replace('redis # for now', 'any_cable');
  assert.equal(textOf(useAnyCable.apply(done)), done);
});

test('a cable.yml with inherited settings is edited where they are, unless the tests inherit them', () => {
  const inherited = 'default: &default\n  adapter: redis\n\ndevelopment:\n  <<: *default\n\n';
  assertReversible([useAnyCable], `${inherited}test:\n  adapter: test\n`);
  const result = useAnyCable.apply(`${inherited}test:\n  <<: *default\n`);
  assert.match(result.kind === 'problem' ? result.why : '', /adapter: test/);
});

test('a cable.yml whose adapters are not found is left alone, with a reason', () => {
  for (const text of ['', 'development: { adapter: async }\n', 'development:\n  adapter: async\n']) {
    const result = useAnyCable.apply(text);
    assert.match(result.kind === 'problem' ? result.why : '', /no line `adapter:` was found for/);
  }
});

test('the example of .env is kept in the repository, where .env files are ignored', () => {
  assert.equal(
    assertReversible([keepEnvExample], '/.bundle\n/.env*\n!/.env*.erb\n'),
    '/.bundle\n/.env*\n!/.env.example\n!/.env*.erb\n',
  );
  assert.equal(textOf(keepEnvExample.apply('/.bundle\n')), '/.bundle\n');
});

test('.env is ignored where it was not yet', () => {
  assert.equal(assertReversible([ignoreEnv, keepEnvExample], '/.bundle\n'), '/.bundle\n/.env*\n!/.env.example\n');
  for (const own of ['/.env*\n', '.env\n', '/.env\r\n']) assert.equal(textOf(ignoreEnv.apply(own)), own);
});

test('the database lets jobs take their connections, writers begin at once, and production start', () => {
  assert.equal(
    assertReversible(databaseEdits, DATABASE),
    `default: &default
  adapter: sqlite3
  default_transaction_mode: immediate
  pool: <%= ENV.fetch("DB_POOL", 20) %>
  timeout: 5000

production:
  <<: *default
  database: storage/production.sqlite3
`,
  );
  assert.match(
    assertReversible([widenPool], '  max_connections: <%= ENV.fetch("RAILS_MAX_THREADS") { 5 } %>\n'),
    /^ {2}max_connections: .*DB_POOL/,
  );
  const own = '  adapter: postgresql\n  pool: 50\n';
  assert.equal(textOf(applyEdits([widenPool, nameProductionDatabase], own)), own);
});

test('jobs are Solid Queue’s, unless the app has chosen, and may run in puma', () => {
  assert.equal(
    assertReversible([useSolidQueue], APPLICATION),
    APPLICATION.replace('7.2\n', '7.2\n    config.active_job.queue_adapter = :solid_queue\n'),
  );
  const chosen = APPLICATION.replace('7.2\n', '7.2\n    config.active_job.queue_adapter = :sidekiq\n');
  assert.equal(textOf(useSolidQueue.apply(chosen)), chosen);
  assert.equal(useSolidQueue.apply('nothing').kind, 'problem');

  assertReversible([workInPuma], 'threads 3, 3\nport 3000\n');
  const rails8 = 'port 3000\nplugin :solid_queue if ENV["SOLID_QUEUE_IN_PUMA"]\n';
  assert.equal(textOf(workInPuma.apply(rails8)), rails8);
});

test('the widget is pinned once', () => {
  assertReversible([pinWidget], 'pin "application"\n');
  const own = 'pin "cable-chat", to: "https://cdn.example/cable-chat.js"\n';
  assert.equal(textOf(pinWidget.apply(own)), own);
});

test('a file keeps its line ends', () => {
  const windows = (text: string): string => text.replaceAll('\n', '\r\n');
  const cases: readonly (readonly [edits: readonly Edit[], text: string])[] = [
    [[cableGem, proxyGem], GEMFILE],
    [[drawRoutes, drawRoot], ROUTES],
    [[useAnyCable], CABLE],
    [[keepEnvExample], '/.bundle\n/.env*\n'],
    [databaseEdits, DATABASE],
    [[useSolidQueue], APPLICATION],
  ];
  for (const [edits, text] of cases) {
    assert.equal(assertReversible(edits, windows(text)), windows(textOf(applyEdits(edits, text))));
    assertReversible(edits, text.trimEnd());
  }
});

/** Lines of every kind that an edit looks at, with whatever line ends. */
const lines = fc.constantFrom(
  ...[
    ...splitLines(GEMFILE),
    ...splitLines(ROUTES),
    ...splitLines(CABLE),
    ...splitLines(DATABASE),
    ...splitLines(APPLICATION),
    '/.env*',
    '',
  ].map((line) => line.trimEnd()),
);
const soup = fc
  .tuple(fc.array(fc.tuple(lines, fc.constantFrom('\n', '\r\n')), { maxLength: 12 }), fc.option(lines, { nil: '' }))
  .map(([all, last]) => all.map(([line, end]) => line + end).join('') + last);

test('lines that were put in anywhere come out again exactly', () => {
  fc.assert(
    fc.property(
      soup,
      fc.nat(20),
      fc.array(fc.stringMatching(/^[a-z]+$/), { minLength: 1 }),
      (text, place, inserted) => {
        const at = Math.min(place, splitLines(text).length);
        assert.equal(removeLines(insertLines(text, at, inserted), at, inserted.length), text);
      },
    ),
    randomly(500),
  );
});

test('an edit of any text is done once, and is taken back exactly', () => {
  for (const edit of [
    ...databaseEdits,
    useSolidQueue,
    workInPuma,
    pinWidget,
    cableGem,
    proxyGem,
    drawRoutes,
    drawRoot,
    useAnyCable,
    ignoreEnv,
    keepEnvExample,
  ]) {
    fc.assert(
      fc.property(soup, (text) => {
        const once = edit.apply(text);
        if (once.kind === 'problem' || once.text === text) return;
        assert.equal(textOf(edit.apply(once.text)), once.text);
        assert.equal(textOf(edit.revert(once.text)), text);
      }),
      randomly(300),
    );
  }
});

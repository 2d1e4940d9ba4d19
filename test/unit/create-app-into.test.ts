/** Into an app that is there: what is found in it, what is planned, and what of that is taken back. Decided from data alone. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { readArguments } from '../../create-app/src/arguments.js';
import { askAboutConflicts } from '../../create-app/src/conflicts.js';
import type { Edit } from '../../create-app/src/edits/edit.js';
import { hunksOf, revertHunks } from '../../create-app/src/edits/hunks.js';
import { insertion } from '../../create-app/src/edits/insertion.js';
import { ScaffoldError } from '../../create-app/src/errors.js';
import { formatManifest, parseManifest, type Manifest } from '../../create-app/src/manifest.js';
import type { Existing, OnConflict, PlannedFile } from '../../create-app/src/plan.js';
import { unbatch } from '../../create-app/src/rails/edits/anycable-yml.js';
import { identifyVisitor } from '../../create-app/src/rails/edits/connection.js';
import { yieldHead } from '../../create-app/src/rails/edits/layout.js';
import { serveBehindThrust, startBehindThrust, workBeside } from '../../create-app/src/rails/edits/start.js';
import { detectApp, type AppReader } from '../../create-app/src/rails/into/facts.js';
import { completeIdentity } from '../../create-app/src/rails/into/identity.js';
import { planInto, planRevoke } from '../../create-app/src/rails/into/plan.js';
import { randomly } from '../support/seed.js';

const digest = (content: Buffer): string => createHash('sha256').update(content).digest('hex');

/** Enough of an app to be taken for one. */
const plain: Readonly<Record<string, string>> = {
  'config/application.rb': 'require "rails/all"\nmodule Shop\n  class Application < Rails::Application\n  end\nend\n',
  Gemfile: 'gem "rails"\n',
  'Gemfile.lock': 'GEM\n  specs:\n    propshaft (1.1.0)\n    railties (7.2.4)\n    sqlite3 (2.0.0)\n',
  'config/routes.rb': 'Rails.application.routes.draw do\nend\n',
};

function reader(files: Readonly<Record<string, string>>): AppReader {
  return {
    read: (path) => files[path],
    list: (folder) => Object.keys(files).filter((path) => path.startsWith(`${folder}/`)),
  };
}

const detect = (files: Readonly<Record<string, string>>) => detectApp(reader({ ...plain, ...files }));

test('a plain app: what it is made of', () => {
  assert.deepEqual(detect({}), {
    rails: '7.2.4',
    anycable: null,
    javascript: 'none',
    assets: 'propshaft',
    tests: 'none',
    start: 'none',
    auth: 'none',
    membersOnly: false,
    jobs: null,
    database: 'sqlite3',
    taken: [],
  });
});

test('an app with everything of its own', () => {
  const facts = detect({
    Gemfile: 'gem "anycable-rails"\ngem "sidekiq"\ngem "jsbundling-rails"\ngem "rspec-rails"\n',
    'Gemfile.lock': plain['Gemfile.lock']
      ?.replace('propshaft (1.1.0)', 'sprockets-rails (3.5.2)')
      .concat('    anycable-rails-core (1.6.1)\n    pg (1.5.9)\n    devise (4.9.4)\n') as string,
    'app/models/user.rb': 'class User < ApplicationRecord\n  devise :database_authenticatable\nend\n',
    'app/channels/application_cable/connection.rb': 'reject_unauthorized_connection\n',
    'app/channels/chat_channel.rb': '',
    'config/routes.rb': 'Rails.application.routes.draw do\n  resource :chat\nend\n',
    'Procfile.dev': 'web: bin/rails server\n',
  });
  assert.deepEqual(
    [facts.anycable, facts.javascript, facts.assets, facts.tests, facts.start, facts.auth, facts.membersOnly],
    ['1.6.1', 'bundler', 'sprockets', 'rspec', 'procfile', 'devise', true],
  );
  assert.deepEqual([facts.jobs, facts.database, facts.taken], ['sidekiq', 'postgresql', ['/chat', 'ChatChannel']]);
});

for (const [route, isTaken] of [
  ['get "chat", to: "x#y"', true],
  ["get '/chat' => 'x#y'", true],
  ['resource :chat', true],
  ['namespace :chat do', true],
  ['resources :chats', false],
  ['get "chat/rooms"', false],
  ['# get "chat"', false],
  ['get "chats/:id", to: "chat#show"', false],
] as const) {
  test(`the route ${route} ${isTaken ? 'takes' : 'does not take'} our page’s place`, () => {
    const { taken } = detect({ 'config/routes.rb': `Rails.application.routes.draw do\n  ${route}\nend\n` });
    assert.deepEqual(taken, isTaken ? ['/chat'] : []);
  });
}

for (const [what, files, auth] of [
  [
    'Rails’ own authentication',
    {
      'app/models/current.rb': 'class Current < ActiveSupport::CurrentAttributes\n  attribute :session\nend\n',
      'app/models/session.rb': '',
    },
    'rails',
  ],
  [
    'has_secure_password',
    {
      'app/models/user.rb': 'class User < ApplicationRecord\n  has_secure_password\nend\n',
      'app/controllers/sessions_controller.rb': 'session[:user_id] = user.id\n',
    },
    'password',
  ],
  ['a password without a session of that name', { 'app/models/user.rb': '  has_secure_password\n' }, 'none'],
] as const) {
  test(`sign-in: ${what}`, () => assert.equal(detect(files).auth, auth));
}

const lock = (line: string): Record<string, string> => ({ 'Gemfile.lock': `GEM\n  specs:\n    ${line}\n` });
for (const [what, files, says] of [
  ['an engine', { 'config/application.rb': undefined, 'lib/shop/engine.rb': '' }, /it is an engine, and no app/],
  ['no app at all', { 'config/application.rb': undefined }, /There is no Rails app here/],
  ['an API-only app', { 'config/application.rb': 'require "rails/all"\nconfig.api_only = true\n' }, /API-only/],
  ['Rails 6.1', lock('railties (6.1.7)'), /it has Rails 6\.1\.7, and the chat needs 7\.0/],
  ['Rails 7.0 without a job backend', lock('railties (7.0.8)'), /Solid Queue needs Rails 7\.1/],
  ['no lock', { 'Gemfile.lock': undefined }, /Run `bundle install` first/],
  ['no Active Record', { 'config/application.rb': 'require "action_cable/engine"\n' }, /without Active Record/],
  [
    'the chat’s own module',
    { 'config/application.rb': 'require "rails/all"\nmodule CableChat\n' },
    /Rename the module/,
  ],
  [
    'an old AnyCable',
    { Gemfile: 'gem "anycable-rails"\n', ...lock('railties (7.2.4)\n    anycable-rails (1.4.0)') },
    /needs 1\.6 or newer/,
  ],
] as const) {
  test(`${what} is refused, and told why`, () => {
    assert.throws(
      () => detect(files as unknown as Record<string, string>),
      (error) => error instanceof ScaffoldError && error.exitCode === 1 && says.test(error.message),
    );
  });
}

test('identity.rb asks the app’s own sign-in', () => {
  const template = '    # x\n    def signed_in(_request)\n      nil\n    end\n    private_class_method :signed_in\n';
  assert.equal(
    completeIdentity(template, 'devise'),
    '    # x\n    def signed_in(request)\n      user = request.env["warden"]&.user\n      Visitor.user(user) if user\n    end\n    private_class_method :signed_in\n',
  );
  assert.equal(completeIdentity(template, 'none'), template);
});

for (const [what, edit, before, after] of [
  [
    'jsbundling’s Procfile.dev',
    serveBehindThrust,
    'web: env RUBY_DEBUG_OPEN=true bin/rails server\njs: yarn build --watch\n',
    'web: env RUBY_DEBUG_OPEN=true bin/thrust bin/rails server -b 127.0.0.1\njs: yarn build --watch\n',
  ],
  [
    'a port of its own',
    serveBehindThrust,
    'web: bundle exec rails s -p 3000 -b 0.0.0.0',
    'web: bin/thrust bin/rails server -b 127.0.0.1',
  ],
  ['CRLF', serveBehindThrust, 'web: bin/rails s\r\n', 'web: bin/thrust bin/rails server -b 127.0.0.1\r\n'],
  ['the jobs’ line', workBeside, 'web: x', 'web: x\njobs: bin/jobs'],
  [
    'Rails 8’s bin/dev',
    startBehindThrust,
    '#!/usr/bin/env ruby\nexec "./bin/rails", "server", *ARGV\n',
    '#!/usr/bin/env ruby\nENV["SOLID_QUEUE_IN_PUMA"] ||= "1"\nexec "./bin/thrust", "./bin/rails", "server", "-b", "127.0.0.1", *ARGV\n',
  ],
  [
    'a connection',
    identifyVisitor,
    'module ApplicationCable\r\n  class Connection < ActionCable::Connection::Base\r\n  end\r\nend\r\n',
    'module ApplicationCable\r\n  class Connection < ActionCable::Connection::Base\r\n    include CableChat::IdentifiedVisitor\r\n  end\r\nend\r\n',
  ],
  [
    'a layout of Rails 7.0',
    yieldHead,
    '<html>\n  <head>\n  </head>\n</html>',
    '<html>\n  <head>\n    <%= yield :head %>\n  </head>\n</html>',
  ],
  [
    'batches',
    unbatch,
    'default:\n  batch_broadcasts: true # fast\n',
    'default:\n  batch_broadcasts: false # was: true # fast\n',
  ],
] as const) {
  test(`edit: ${what}; made once, and out again byte for byte`, () => {
    assert.deepEqual(edit.apply(before), { kind: 'text', text: after });
    assert.deepEqual(edit.apply(after), { kind: 'text', text: after });
    assert.equal(revertHunks(after, hunksOf(before, after)), before);
  });
}

test('what has been edited by hand beyond recognition is said, never guessed', () => {
  for (const [edit, text, why] of [
    [serveBehindThrust, 'web: ./start.sh\n', /no line `web: bin\/rails server`/],
    [startBehindThrust, '#!/bin/sh\nexec foreman\n', /it is your own/],
    [identifyVisitor, 'Connection = Class.new(Base)\n', /no line `class Connection/],
    [yieldHead, '<html></html>', /no line `<\/head>`/],
  ] as const) {
    const result = edit.apply(text);
    assert.ok(result.kind === 'problem' && why.test(result.why), JSON.stringify(result));
  }
});

test('random insertions and replacements come out again byte for byte', () => {
  const line = fc.constantFrom('a', 'b', '  c', '', '# d');
  const end = fc.constantFrom('\n', '\r\n');
  fc.assert(
    fc.property(
      fc.array(line),
      end,
      fc.boolean(),
      fc.nat(),
      fc.nat(3),
      (lines, ending, isEnded, seedOfPlace, count) => {
        const before = lines.join(ending) + (isEnded && lines.length > 0 ? ending : '');
        const edit = insertion({
          path: 'x',
          what: 'x',
          lines: ['ours 1', 'ours 2', 'ours 3'].slice(0, count + 1),
          place: (all) => seedOfPlace % (all.length + 1),
          misplaced: '',
        });
        const after = edit.apply(before);
        assert.ok(after.kind === 'text');
        assert.equal(revertHunks(after.text, hunksOf(before, after.text)), before);
      },
    ),
    randomly(500),
  );
});

/** A little app on a disk of its own: what is planned is done. */
class App {
  readonly files = new Map<string, { content: Buffer; mode: number }>();
  manifest: Manifest | undefined;

  constructor(files: Readonly<Record<string, string>>) {
    for (const [path, text] of Object.entries(files)) this.write(path, text);
  }

  write(path: string, text: string, mode = 0o644): void {
    this.files.set(path, { content: Buffer.from(text), mode });
  }

  read(path: string): string | undefined {
    return this.files.get(path)?.content.toString();
  }

  readonly existing = (path: string): Existing => {
    const found = this.files.get(path);
    return found === undefined ? { kind: 'nothing' } : { kind: 'file', ...found };
  };

  /** @returns what was done to each path */
  bring(files: Readonly<Record<string, string>>, edits: readonly Edit[], onConflict: OnConflict = 'refuse') {
    const overlay = {
      files: Object.entries(files).map(([path, text]) => ({ path, content: Buffer.from(text), mode: 0o644 })),
      edits,
    };
    const { manifest, existing } = this;
    const planned = planInto({ overlay, manifest, existing, onConflict: () => onConflict, digest });
    const isFeasible = planned.files.every(({ action }) => action !== 'conflict');
    if (isFeasible) {
      this.#apply(planned.files);
      const written = formatManifest({ version: '1.0.0', setup: {}, ...planned.record });
      this.manifest = parseManifest(written, '1.0.0');
    }
    return actionsOf(planned.files);
  }

  revoke() {
    assert.ok(this.manifest);
    const files = planRevoke(this.manifest, this.existing, digest);
    this.#apply(files);
    return actionsOf(files);
  }

  #apply(files: readonly PlannedFile[]): void {
    for (const { action, file } of files) {
      if (action === 'remove') this.files.delete(file.path);
      else if (action !== 'skip' && action !== 'identical') this.files.set(file.path, file);
    }
  }
}

const actionsOf = (files: readonly PlannedFile[]) =>
  Object.fromEntries(files.map(({ action, file }) => [file.path, action]));

const line = (text: string): Edit =>
  insertion({ path: 'routes.rb', what: 'ours', lines: [text], place: () => 1, misplaced: 'no place' });

test('written, written again, and out again: as before', () => {
  const app = new App({ 'routes.rb': 'draw do\nend\n' });
  assert.deepEqual(app.bring({ 'a.rb': 'A1' }, [line('  x')]), { 'a.rb': 'create', 'routes.rb': 'edit' });
  assert.equal(app.read('routes.rb'), 'draw do\n  x\nend\n');
  assert.deepEqual(app.bring({ 'a.rb': 'A1' }, [line('  x')]), { 'a.rb': 'identical', 'routes.rb': 'identical' });
  assert.deepEqual(app.revoke(), { 'a.rb': 'remove', 'routes.rb': 'edit' });
  assert.deepEqual([...app.files.keys(), app.read('routes.rb')], ['routes.rb', 'draw do\nend\n']);
});

test('a newer version replaces what nobody changed, silently, and asks where both changed', () => {
  const app = new App({ 'routes.rb': 'draw do\nend\n' });
  app.bring({ 'a.rb': 'A1', 'b.rb': 'B1', 'c.rb': 'C1', 'gone.rb': 'G1' }, [line('  x')]);
  app.write('b.rb', 'mine');
  app.write('c.rb', 'mine, too');
  const next = { 'a.rb': 'A2', 'b.rb': 'B2', 'c.rb': 'C1' };
  const expected = { 'a.rb': 'update', 'c.rb': 'skip', 'gone.rb': 'remove', 'routes.rb': 'edit' };
  assert.deepEqual(app.bring(next, [line('  y')]), { ...expected, 'b.rb': 'conflict' });
  assert.equal(app.read('a.rb'), 'A1', 'with a conflict, nothing is written');
  assert.deepEqual(app.bring(next, [line('  y')], 'skip'), { ...expected, 'b.rb': 'skip' });
  assert.deepEqual(
    ['a.rb', 'b.rb', 'c.rb', 'gone.rb', 'routes.rb'].map((path) => app.read(path)),
    ['A2', 'mine', 'mine, too', undefined, 'draw do\n  y\nend\n'],
  );
  assert.deepEqual(Object.values(app.bring(next, [line('  y')])), ['identical', 'skip', 'skip', 'identical']);
});

test('an edit that a newer version does not make any more is taken back', () => {
  const app = new App({ 'routes.rb': 'draw do\nend\n' });
  app.bring({}, [line('  x')]);
  assert.deepEqual(app.bring({}, []), { 'routes.rb': 'edit' });
  assert.equal(app.read('routes.rb'), 'draw do\nend\n');
});

test('--revoke keeps what the user changed, and gives back what --force replaced', () => {
  const app = new App({ 'routes.rb': 'draw do\nend\n', 'own.rb': 'mine' });
  assert.equal(app.bring({ 'own.rb': 'ours' }, [])['own.rb'], 'conflict');
  app.bring({ 'own.rb': 'ours', 'a.rb': 'A', 'b.rb': 'B' }, [line('  x')], 'force');
  assert.equal(app.read('own.rb'), 'ours');
  app.write('b.rb', 'changed');
  app.write('routes.rb', 'draw do\n  x # moved by me\nend\n');
  assert.deepEqual(app.revoke(), { 'own.rb': 'update', 'a.rb': 'remove', 'b.rb': 'skip', 'routes.rb': 'skip' });
  assert.deepEqual([app.read('own.rb'), app.read('b.rb')], ['mine', 'changed']);
  assert.equal(app.read('routes.rb'), 'draw do\n  x # moved by me\nend\n');
});

test('a file that was there already, word for word, is not ours to remove', () => {
  const app = new App({ 'a.rb': 'A' });
  assert.deepEqual(app.bring({ 'a.rb': 'A' }, []), { 'a.rb': 'identical' });
  assert.deepEqual(app.revoke(), {});
});

test('what the user removed stays away', () => {
  const app = new App({});
  app.bring({ 'a.rb': 'A' }, []);
  app.files.delete('a.rb');
  assert.deepEqual(app.bring({ 'a.rb': 'A' }, []), { 'a.rb': 'skip' });
  assert.deepEqual(app.bring({ 'a.rb': 'A' }, [], 'force'), { 'a.rb': 'create' });
});

test('a read-only file is a conflict, and --skip goes on without it', () => {
  const app = new App({});
  app.write('routes.rb', 'draw do\nend\n', 0o444);
  assert.deepEqual(app.bring({ 'a.rb': 'A' }, [line('  x')]), { 'a.rb': 'create', 'routes.rb': 'conflict' });
  assert.equal(app.read('a.rb'), undefined);
  assert.equal(app.bring({ 'a.rb': 'A' }, [line('  x')], 'force')['routes.rb'], 'conflict');
  assert.equal(app.bring({ 'a.rb': 'A' }, [line('  x')], 'skip')['routes.rb'], 'skip');
});

const manifest: Manifest = { version: '1.2.0', setup: {}, files: { 'a.rb': { sha256: 'x' } }, edits: [] };
for (const [what, content, says] of [
  ['is no JSON', '{', /damaged/],
  ['is a list', '[]', /damaged/],
  ['leads out of the app', formatManifest({ ...manifest, files: { '../../etc/x': { sha256: 'x' } } }), /damaged/],
  ['is absolute', formatManifest({ ...manifest, files: { '/etc/x': { sha256: 'x' } } }), /damaged/],
  ['names git’s settings', formatManifest({ ...manifest, files: { '.git/config': { sha256: 'x' } } }), /damaged/],
  [
    'names them in another case',
    formatManifest({ ...manifest, files: { './.GIT/config': { sha256: 'x' } } }),
    /damaged/,
  ],
  ['goes by a detour', formatManifest({ ...manifest, files: { 'config/./x': { sha256: 'x' } } }), /damaged/],
  [
    'names git’s own of a folder in it',
    formatManifest({ ...manifest, files: { 'engines/a/.git/hooks/post-checkout': { sha256: 'x' } } }),
    /damaged/,
  ],
  ['is of a newer scaffolder', formatManifest({ ...manifest, version: '9.0.0' }), /newer than this one/],
] as const) {
  test(`a manifest that ${what} is refused`, () => {
    assert.throws(() => parseManifest(Buffer.from(content), '1.2.0'), says);
  });
}

function conversation(answers: readonly (string | undefined)[]) {
  const rest = [...answers];
  let said = '';
  const asked: string[] = [];
  return {
    questioner: {
      ask: async (question: string) => (asked.push(question), rest.shift()),
      say: (text: string) => void (said += text),
    },
    asked,
    said: () => said,
  };
}
const conflict = (path: string, why = 'it differs'): PlannedFile => ({
  action: 'conflict',
  file: { path, content: Buffer.from(''), mode: 0o644 },
  why,
});

test('conflicts are asked about as Rails asks: d shows the diff, h the help, a ends the questions', async () => {
  const talk = conversation(['d', 'h', 'n', '', 'a']);
  const paths = ['a', 'b', 'c', 'd'];
  const decided = await askAboutConflicts(
    paths.map((path) => conflict(path)),
    () => '-old\n+new\n',
    talk.questioner,
  );
  assert.deepEqual(
    [...decided],
    [
      ['a', 'skip'],
      ['b', 'force'],
      ['c', 'force'],
      ['d', 'force'],
    ],
  );
  assert.equal(talk.asked.length, 5);
  assert.equal(talk.asked[0], 'Overwrite a? (enter "h" for help) [Ynaqdh] ');
  assert.match(talk.said(), /-old\n\+new/);
  assert.match(talk.said(), /q - quit, abort/);
});

for (const answer of ['q', undefined]) {
  test(`${answer === undefined ? 'the end of the input' : answer} leaves everything as it is`, async () => {
    const { questioner } = conversation([answer]);
    await assert.rejects(
      askAboutConflicts([conflict('a')], () => '', questioner),
      /Nothing was written/,
    );
  });
}

test('what cannot be overwritten is left to the user, never overwritten', async () => {
  const { questioner } = conversation(['a', '']);
  const decided = await askAboutConflicts([conflict('a'), conflict('b', 'no place')], () => '', questioner);
  assert.deepEqual(
    [...decided],
    [
      ['a', 'force'],
      ['b', 'skip'],
    ],
  );
});

test('the command line: a dot, --into and --revoke; what only a new app can be is refused', () => {
  const read = (...argv: string[]) => readArguments(argv);
  for (const argv of [['.'], ['--into', '.'], ['.', '--into', '.']]) {
    const command = read(...argv);
    assert.deepEqual([command.kind, command.kind === 'into' && command.folder], ['into', '.']);
  }
  const revoke = read('--revoke');
  assert.ok(revoke.kind === 'into' && revoke.revoke && revoke.folder === '.');
  const diff = read('--into', '../shop', '--diff', '--provider', 'openai');
  assert.ok(diff.kind === 'into' && diff.dryRun && diff.diff && diff.folder === '../shop');
  for (const argv of [
    ['my-app', '--revoke'],
    ['my-app', '--diff'],
    ['my-app', '--into', 'x'],
    ['.', '--database', 'mysql'],
    ['.', '--template', 'node'],
    ['.', '--skip-git'],
  ]) {
    assert.throws(
      () => readArguments(argv),
      (error) => error instanceof ScaffoldError && error.exitCode === 2,
      argv.join(' '),
    );
  }
});

/** The template as it lies in the repository: its style, its syntax in every Ruby it is for, its Compose file, its settings. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { ensureAnyCable } from '../../scripts/anycable.mjs';
import { root } from '../../scripts/project.mjs';
import { makeApp, type RailsApp, removeApp } from './support/app.js';
import { mustRun, runCommand } from './support/commands.js';
import { say } from './support/say.js';

const template = join(root, 'templates/rails');
/** RuboCop parses with grammars of its own, whatever Ruby runs it. */
const RUBIES = ['3.1', '3.2', '3.3', '3.4'];

type Services = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

const files = readdirSync(template, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name));

describe('templates/rails', () => {
  let app: RailsApp;
  let temporary: string;
  before(async () => {
    // RuboCop, and AnyCable's cops, come with its gems; with those for gRPC come all of AnyCable's settings.
    app = await makeApp(['--provider', 'openai', '--rpc', 'grpc']);
    temporary = mkdtempSync(join(tmpdir(), 'cable-chat-template-'));
  });
  after(() => {
    if (app) removeApp(app);
    if (temporary) rmSync(temporary, { recursive: true, force: true });
  });

  const rubocop = (...args: string[]): Promise<{ readonly code: number; readonly output: string }> =>
    runCommand('bundle', ['exec', 'rubocop', '--no-server', '--cache', 'false', ...args], {
      cwd: template,
      env: { BUNDLE_GEMFILE: join(app.folder, 'Gemfile') },
    });

  test('RuboCop has nothing to say, AnyCable’s cops among it', async () => {
    const { code, output } = await rubocop();
    assert.equal(code, 0, output);
    assert.match(output, /^([5-9]\d|\d{3,}) files inspected, no offenses detected/m);
    // That AnyCable's are on: they are about channels.
    const channels = join(temporary, 'app/channels');
    mkdirSync(channels, { recursive: true });
    const bad = 'class BadChannel < ApplicationCable::Channel\n  def subscribed\n    @user = 1\n  end\nend\n';
    writeFileSync(join(channels, 'bad_channel.rb'), bad);
    const found = await rubocop('--config', join(template, '.rubocop.yml'), temporary);
    assert.match(found.output, /AnyCable\/InstanceVars/);
  });

  for (const version of RUBIES) {
    test(`every file parses as Ruby ${version}`, async () => {
      const config = join(temporary, `ruby-${version}.yml`);
      writeFileSync(config, `AllCops:\n  TargetRubyVersion: ${version}\n  SuggestExtensions: false\n`);
      const { code, output } = await rubocop('--only', 'Lint/Syntax', '--config', config, template);
      assert.equal(code, 0, output);
      assert.match(output, /^([5-9]\d|\d{3,}) files inspected/m);
      // That it would be noticed.
      writeFileSync(join(temporary, 'later.rb'), 'def add(a, b) = it + (yield **\n');
      assert.notEqual((await rubocop('--only', 'Lint/Syntax', '--config', config, temporary)).code, 0);
    });
  }

  test('every Compose file parses, and names only services that it has', async () => {
    const compose = files.filter((file) => /\/compose(\.\w+)?\.ya?ml$/.test(file));
    assert.ok(compose.length > 0);
    const base = await readYaml(join(template, 'compose.yml'));
    for (const file of compose) {
      const services = merge(file.endsWith('override.yml') ? base : {}, await readYaml(file));
      say(`${file.slice(template.length + 1)}: ${Object.keys(services).join(', ')}`);
      for (const [name, service] of Object.entries(services)) {
        assert.ok('image' in service || 'build' in service, `${name} has neither image nor build`);
        for (const needed of namesIn(service['depends_on'])) assert.ok(needed in services, `${name} needs ${needed}`);
      }
    }
  });

  test('every ANYCABLE_… in it is a setting of the real server or of the gem', async () => {
    const { output: help } = await runCommand(await ensureAnyCable(), ['cat'], {
      cwd: temporary,
      env: { ANYCABLE_OPT: '--help' },
    });
    const gem = await mustRun('bin/rails', ['runner', 'puts AnyCable::Config.config_attributes'], { cwd: app.folder });
    const known = new Set([
      ...(help.match(/ANYCABLE_[A-Z0-9_]+/g) ?? []),
      ...[...gem.matchAll(/^\w+$/gm)].map(([name]) => `ANYCABLE_${name.toUpperCase()}`),
      // The proxy's own: https://github.com/anycable/thruster
      // The last is not in the help; AnyCable's documentation has it: https://docs.anycable.io/anycable-go/telemetry
      ...['ANYCABLE_OPT', 'ANYCABLE_THRUSTER_BIN_PATH', 'ANYCABLE_DISABLE_TELEMETRY'],
    ]);
    assert.ok(known.size > 100, help.slice(0, 500));
    const used = new Map<string, string>();
    for (const file of files) {
      for (const [name] of readFileSync(file, 'utf8').matchAll(/\bANYCABLE_[A-Z0-9_]*[A-Z0-9]\b/g))
        used.set(name, file);
    }
    say(`${used.size} settings ANYCABLE_… are known`);
    assert.deepEqual(
      [...used].filter(([name]) => !known.has(name)),
      [],
    );
    assert.ok(used.size > 5);
  });

  test('every setting in an anycable.toml is one that the real server takes from there', async () => {
    const settings = files.filter((file) => basename(file) === 'anycable.toml');
    assert.ok(settings.length > 1);
    for (const file of settings) {
      const { output } = await runCommand(await ensureAnyCable(), ['cat'], {
        cwd: dirname(file),
        env: { ANYCABLE_OPT: '--print-config' },
      });
      const taken = readToml(output);
      // What is off is printed as a comment.
      const off = readToml(output.replaceAll(/^# (?=\w+ = true$)/gm, ''));
      const ours = readToml(readFileSync(file, 'utf8'));
      say(`${file.slice(template.length + 1)}: ${[...ours.keys()].join(', ')}`);
      assert.ok(ours.size > 5);
      const ignored = [...ours].filter(
        ([key, value]) => taken.get(key) !== value && !(value === 'false' && off.has(key)),
      );
      assert.deepEqual(ignored, []);
    }
  });

  async function readYaml(file: string): Promise<Services> {
    const script = 'puts JSON.generate(YAML.safe_load_file(ARGV[0], aliases: true))';
    const json = await mustRun('ruby', ['-ryaml', '-rjson', '-e', script, file], { cwd: temporary });
    return (JSON.parse(json) as { services: Services }).services;
  }
});

/** What this server prints and we write: sections, and values in one line. @returns `section.key` → value */
function readToml(text: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  let section = '';
  for (const line of text.split('\n')) {
    section = /^\[(\w+)\]$/.exec(line)?.[1] ?? section;
    const [, key, value] = /^(\w+) = (.*)$/.exec(line) ?? [];
    if (key !== undefined && value !== undefined) values.set(section === '' ? key : `${section}.${key}`, value);
  }
  return values;
}

/** As Compose lays an override over the file that it is for, as far as this test looks. */
function merge(base: Services, over: Services): Services {
  const names = [...Object.keys(base), ...Object.keys(over)];
  return Object.fromEntries(names.map((name) => [name, { ...base[name], ...over[name] }]));
}

/** A list, or an object with conditions. */
function namesIn(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : Object.keys((value ?? {}) as object);
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diagnose } from '../../../create-app/src/doctor/diagnose.js';
import { mend } from '../../../create-app/src/doctor/mend.js';
import { readApp } from '../../../create-app/src/doctor/read-app.js';
import { rules } from '../../../create-app/src/doctor/rules.js';

async function examine(files: Readonly<Record<string, string>>) {
  const { app, unread } = await readApp(Object.entries(files).map(([path, text]) => ({ path, text })));
  return { app, unread, findings: diagnose(app, rules) };
}

const gemfile = { Gemfile: 'gem "anycable-rails"\n' };
const import_ = `import { createCable } from '@anycable/web';\n`;
const protocol = `protocol: 'actioncable-v1-ext-json'`;

for (const [what, path, before, after] of [
  ['no argument', 'a.js', `${import_}createCable( );\n`, `${import_}createCable({ ${protocol} });\n`],
  ['an address', 'a.js', `${import_}createCable(url())\n`, `${import_}createCable(url(), { ${protocol} })\n`],
  ['an empty object', 'a.ts', `${import_}createCable({});\n`, `${import_}createCable({ ${protocol} });\n`],
  [
    'options',
    'a.ts',
    `${import_}createCable('/c', { logLevel: 'debug' });\n`,
    `${import_}createCable('/c', { ${protocol}, logLevel: 'debug' });\n`,
  ],
  [
    'another protocol',
    'a.jsx',
    `${import_}createCable({ protocol: "actioncable-v1-json" });\n`,
    `${import_}createCable({ ${protocol} });\n`,
  ],
  [
    'several in a file',
    'a.js',
    `${import_}createCable();\r\ncreateCable('/x');\r\n`,
    `${import_}createCable({ ${protocol} });\r\ncreateCable('/x', { ${protocol} });\r\n`,
  ],
  [
    'batched broadcasts, and what is not read',
    'config/anycable.yml',
    'default:\n  batch_broadcasts: true # why\n  streams_history_size: 100\n  broadcast_adapter: http\n',
    'default:\n  batch_broadcasts: false # why\n  # streams_history_size: 100\n  broadcast_adapter: http\n',
  ],
  [
    'a short history',
    'anycable.toml',
    '[broker]\nhistory_limit = 100 # few\nhistory_ttl = 10\n',
    '[broker]\nhistory_limit = 1000 # few\nhistory_ttl = 300\n',
  ],
] as const) {
  test(`mended: ${what}; a second run has nothing to mend`, async () => {
    const { app, findings } = await examine({ ...gemfile, [path]: before });
    const { mended, unmended } = await mend(findings, app.texts);
    assert.deepEqual(unmended, []);
    assert.deepEqual(
      mended.map(({ text }) => text),
      [after],
    );
    assert.ok(mended[0]?.changes.some((line) => line.includes(' - ')));
    const second = await examine({ ...gemfile, [path]: after });
    assert.deepEqual(second.unread, []);
    assert.deepEqual((await mend(second.findings, second.app.texts)).mended, []);
  });
}

test('a fix that would break the file is not made', async () => {
  const text = 'createCable();\n';
  const finding = { rule: 'x', file: 'a.js', line: 1, what: '', why: '', mend: '' };
  const fix = { file: 'a.js', start: 12, end: 13, replacement: '{ {' };
  const { mended, unmended } = await mend([{ ...finding, fix }], new Map([['a.js', text]]));
  assert.deepEqual(mended, []);
  assert.equal(unmended[0]?.file, 'a.js');
});

test("Action Cable's own server does not know the extended protocol: nothing is changed without AnyCable", async () => {
  const { findings } = await examine({ Gemfile: 'gem "rails"\n', 'a.js': `${import_}createCable();\n` });
  assert.deepEqual(
    findings.map(({ rule, fix }) => [rule, fix]),
    [['protocol-without-history', undefined]],
  );
});

test('what cannot be parsed is named, and does not stop the rest', async () => {
  const { findings, unread } = await examine({
    ...gemfile,
    'app/channels/a_channel.rb': 'class A < ApplicationCable::Channel\n  def x(\nend\n',
    'config/anycable.yml': 'a: [\n',
    'anycable.toml': 'a = \n',
    'app/javascript/a.js': 'let 1;\n',
    'app/javascript/b.js': `${import_}createCable();\n`,
  });
  assert.deepEqual(unread.map(({ file }) => file).toSorted(), [
    'anycable.toml',
    'app/channels/a_channel.rb',
    'app/javascript/a.js',
    'config/anycable.yml',
  ]);
  for (const { error } of unread) assert.ok(error.length > 5, error);
  assert.deepEqual(
    findings.map(({ file }) => file),
    ['app/javascript/b.js'],
  );
});

for (const [what, text, found] of [
  [
    'behind the line',
    `${import_}createCable(); // cable-chat-doctor-ignore protocol-without-history (a plain server)\n`,
    0,
  ],
  [
    'above it',
    `${import_}// cable-chat-doctor-ignore unsigned-stream, protocol-without-history\n// Because.\ncreateCable();\n`,
    0,
  ],
  ['for the file', `/* cable-chat-doctor-ignore-file protocol-without-history */\n${import_}\n\ncreateCable();\n`, 0],
  ['another rule', `${import_}createCable(); // cable-chat-doctor-ignore unsigned-stream\n`, 1],
  ['too far above', `// cable-chat-doctor-ignore protocol-without-history\n${import_}createCable();\n`, 1],
] as const) {
  test(`ignored by a comment: ${what}`, async () => {
    const { findings } = await examine({ ...gemfile, 'a.js': text });
    assert.equal(findings.length, found);
  });
}

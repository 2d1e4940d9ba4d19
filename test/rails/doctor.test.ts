/**
 * `create-cable-chat doctor` on a real app: nothing to find in what the scaffolder wrote, an answer that survives when the app
 * is started and its line is cut, and a plain channel of the same app that loses text by the protocol without history.
 */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { run } from '../../scripts/command.mjs';
import { root } from '../../scripts/project.mjs';
import { railsEnvironment } from '../../scripts/rails.mjs';
import { makeApp, removeApp, type RailsApp } from './support/app.js';
import { startRailsApp } from './support/host.js';
import { Person } from './support/person.js';
import { say } from './support/say.js';

let app: RailsApp;

before(async () => {
  app = await makeApp();
});
after(() => app && removeApp(app));

async function doctor(...args: readonly string[]) {
  const { code, output } = await run(
    process.execPath,
    [join(root, 'create-app/dist/cli.js'), 'doctor', app.folder, ...args],
    { cwd: app.folder, env: railsEnvironment(), capture: true, deadline: 300_000 },
  );
  return { code, output };
}

test('what the scaffolder writes: nothing to find, and --live starts it and proves that an answer survives', async () => {
  const { code, output } = await doctor('--live');
  assert.match(output, /^Nothing was found\.$/m);
  assert.match(output, /^The answer survived 4 cuts, exactly as it was sent \(\d+\):$/m);
  assert.equal(code, 0, output);
  say(/^The answer survived.*$/m.exec(output)?.[0] ?? '');
});

test('a plain channel: its losses are named over the protocol without history', async () => {
  const write = (path: string, text: string): void => {
    mkdirSync(join(app.folder, path, '..'), { recursive: true });
    writeFileSync(join(app.folder, path), text);
  };
  write(
    'app/channels/plain_channel.rb',
    'class PlainChannel < ApplicationCable::Channel\n  def subscribed = stream_from("plain")\n  def go(_data) = PlainJob.perform_later\nend\n',
  );
  write(
    'app/jobs/plain_job.rb',
    `class PlainJob < ApplicationJob
  def perform
    150.times do |number|
      ActionCable.server.broadcast("plain", { type: "chunk", content: "word #{number} " })
      sleep 0.05
    end
  end
end
`,
  );
  const host = await startRailsApp({ app });
  try {
    const { cookie } = await Person.arrive(host);
    const { code, output } = await doctor(
      ...['--live', '--json', '--url', host.cableUrl, '--cookie', cookie, '--cuts', '1'],
      ...['--channel', 'PlainChannel', '--action', 'go', '--protocol', 'actioncable-v1-json'],
    );
    assert.equal(code, 1, output);
    const report = JSON.parse(output.slice(output.indexOf('{\n'), output.lastIndexOf('\n}') + 2)) as {
      findings: { rule: string; file: string }[];
      live: { survived: boolean; sent: number; lost: { number: number; why: string }[] };
    };
    assert.ok(
      report.findings.some(({ rule, file }) => rule === 'chunk-without-position' && file === 'app/jobs/plain_job.rb'),
    );
    assert.equal(report.live.survived, false);
    assert.equal(report.live.sent, 150);
    assert.ok(report.live.lost.length > 0);
    assert.match(report.live.lost[0]?.why ?? '', /^sent during cut 1 .*has no history$/);
    say(`a plain channel lost ${report.live.lost.length} of 150 messages to one reset`);
  } finally {
    await host.stop();
  }
});

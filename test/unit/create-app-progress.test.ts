import assert from 'node:assert/strict';
import { beforeEach, mock, test } from 'node:test';
import { withProgress, type Display } from '../../create-app/src/progress.js';

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ['setInterval', 'Date'] });
});

/** In small steps: Node's mock sets its clock first and calls the timers then. */
function pass(milliseconds: number): void {
  for (let passed = 0; passed < milliseconds; passed += 500) mock.timers.tick(500);
}

function display(isTTY: boolean): Display & { readonly written: string[] } {
  const written: string[] = [];
  return { isTTY, columns: 30, written, write: (text) => written.push(text) };
}

test('work that is soon over is not worth a line', async () => {
  const terminal = display(true);
  const result = await withProgress('bundle install', async () => (pass(1500), 'done'), terminal);
  assert.equal(result, 'done');
  assert.deepEqual(terminal.written, []);
});

test('on a terminal one line is renewed, cut to its width, and gone in the end', async () => {
  const terminal = display(true);
  await withProgress(
    'bundle install',
    async (report) => {
      report('\u001B[32mInstalling nokogiri 1.17.2\u001B[0m with native extensions');
      report('  ');
      pass(2500);
    },
    terminal,
  );
  const clear = '\r\u001B[K';
  assert.deepEqual(terminal.written, [
    `${clear}  … bundle install, 2 s: Inst`,
    `${clear}  … bundle install, 3 s: Inst`,
    clear,
  ]);
});

test('in a log there is a line every ten seconds, and it ends with the work, failed or not', async () => {
  const log = display(false);
  const failure = new Error('no network');
  await assert.rejects(
    withProgress(
      'bundle install',
      async () => {
        pass(20_000);
        throw failure;
      },
      log,
    ),
    failure,
  );
  assert.deepEqual(log.written, ['  … bundle install, 10 s\n', '  … bundle install, 20 s\n']);
  pass(60_000);
  assert.equal(log.written.length, 2);
});

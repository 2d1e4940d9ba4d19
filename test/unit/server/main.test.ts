/** The server as a process of its own: what it says, how it fails, how it stops. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { CableClient } from '../../support/cable-client.js';

const MAIN = fileURLToPath(new URL('../../../templates/node/src/main.ts', import.meta.url));

interface Run {
  readonly child: ChildProcess;
  readonly output: { out: string; err: string };
  readonly exited: Promise<number | null>;
  /** Resolves when the standard output has the text; rejects when the process ends first. */
  printed(text: string): Promise<void>;
}

let directory: string;
let running: ChildProcess | undefined;

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cable-chat-main-'));
});
afterEach(() => {
  if (running?.exitCode === null && running.signalCode === null) running.kill('SIGKILL');
});
after(() => rm(directory, { recursive: true }));

function run(environment: Record<string, string>): Run {
  const inherited = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(OPENAI_|PORT$|HOST$)/.test(name)),
  );
  const child = spawn(process.execPath, ['--import', 'tsx', MAIN], {
    env: { ...inherited, PORT: '0', DATABASE_PATH: join(directory, 'chat.sqlite3'), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running = child;
  const output = { out: '', err: '' };
  child.stdout?.on('data', (chunk: Buffer) => (output.out += String(chunk)));
  child.stderr?.on('data', (chunk: Buffer) => (output.err += String(chunk)));
  const exited = new Promise<number | null>((resolve) => child.on('close', resolve));
  const printed = (text: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (output.out.includes(text)) resolve();
      };
      child.stdout?.on('data', look);
      void exited.then((code) =>
        reject(new Error(`ended with ${code} before it printed ${text}: ${output.out}${output.err}`)),
      );
      look();
    });
  return { child, output, exited, printed };
}

const urlIn = (text: string) => /http:\/\/127\.0\.0\.1:\d+/.exec(text)?.[0] ?? assert.fail(`no address in ${text}`);

describe('starting', () => {
  test('says where it is, which model answers, and where conversations are kept; stops cleanly on a signal', async () => {
    const { child, output, exited, printed } = run({});
    await printed('Conversations are kept in');
    assert.match(output.out, /demo model.*OPENAI_API_KEY/);
    const url = urlIn(output.out);
    assert.equal((await fetch(`${url}/healthz`)).status, 200);
    const client = await CableClient.connect(`${url.replace('http', 'ws')}/cable`);
    await client.next({ type: 'welcome' });
    child.kill('SIGTERM');
    assert.deepEqual(await client.next(), { type: 'disconnect', reason: 'server_restart', reconnect: true });
    assert.equal((await client.closed).code, 1001);
    assert.equal(await exited, 0);
    // Before the first build there is one line that says so.
    assert.equal(output.err.replace(/^.*the widget is not built.*\n/, ''), '');
  });

  test('names the endpoint of a real model, and never its key', async () => {
    const { child, output, exited, printed } = run({
      OPENAI_API_KEY: 'sk-secret',
      OPENAI_BASE_URL: 'http://127.0.0.1:9/v1?key=sk-secret',
      OPENAI_MODEL: 'small',
    });
    await printed('Conversations are kept in');
    assert.ok(output.out.includes('small at http://127.0.0.1:9/v1.'), output.out);
    child.kill('SIGINT');
    assert.equal(await exited, 0);
    assert.ok(!`${output.out}${output.err}`.includes('sk-secret'));
  });
});

describe('failing', () => {
  /** One line or a short list, and no stack. */
  const fails = async (environment: Record<string, string>, ...parts: string[]) => {
    const { output, exited } = run(environment);
    assert.equal(await exited, 1);
    assert.equal(output.out, '');
    for (const part of parts) assert.ok(output.err.includes(part), `${part} in ${output.err}`);
    assert.ok(!/^\s+at /m.test(output.err), output.err);
    assert.equal(
      output.err.trim().split('\n').length,
      'lines' in environment ? Number(environment['lines']) : 1,
      output.err,
    );
  };

  test('a taken port: which one, and how to choose another', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    await fails({ PORT: String(port) }, `Port ${port}`, 'PORT=');
    await new Promise((resolve) => other.close(resolve));
  });

  test('a database that cannot be opened: which file, and what to do', async () => {
    await writeFile(join(directory, 'file'), 'no directory');
    const path = join(directory, 'file', 'chat.sqlite3');
    await fails({ DATABASE_PATH: path }, path, 'DATABASE_PATH');
  });

  test('a file that is no database stays as it is', async () => {
    const path = join(directory, 'novel.txt');
    await writeFile(path, 'It was a dark and stormy night. '.repeat(100));
    await fails({ DATABASE_PATH: path }, path);
  });

  test('mistakes in the environment, all at once', async () => {
    await fails({ PORT: 'http', LOG_LEVEL: 'loud', lines: '3' }, 'PORT is "http"', 'LOG_LEVEL is "loud"');
  });
});

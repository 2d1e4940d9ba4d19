import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readArguments, type GivenOptions } from '../../create-app/src/arguments.js';
import { ScaffoldError } from '../../create-app/src/errors.js';
import type { Prompter } from '../../create-app/src/prompter.js';
import { decide } from '../../create-app/src/questions.js';

function given(...argv: string[]): GivenOptions {
  const command = readArguments(argv);
  if (command.kind !== 'create') assert.fail(command.kind);
  return command;
}

/** Answers in order, and keeps what it was asked. */
function answering(...answers: string[]): Prompter & { readonly asked: string[]; readonly refused: string[] } {
  const asked: string[] = [];
  const refused: string[] = [];
  const next = (question: string): string => {
    asked.push(question);
    return answers.shift() ?? assert.fail(`no answer to: ${question}`);
  };
  return {
    asked,
    refused,
    async text(question, fallback, check) {
      for (;;) {
        const answer = next(question) || fallback;
        try {
          check(answer);
          return answer;
        } catch (error) {
          assert.ok(error instanceof ScaffoldError);
          refused.push(answer);
        }
      }
    },
    async choose(question, choices) {
      const answer = next(question);
      return (choices.find(({ value }) => value === answer) ?? choices[0] ?? assert.fail('nothing to choose')).value;
    },
  };
}

const usageError = (says: RegExp) => (error: unknown) =>
  error instanceof ScaffoldError && error.exitCode === 2 && says.test(error.message);

test('with nobody to ask, the defaults are taken and told', async () => {
  const { name, template, choices, assumed } = await decide(given('my-app', '--rpc', 'grpc'), undefined);
  assert.deepEqual([name, template, choices.rpc, choices.provider], ['my-app', 'rails', 'grpc', 'demo']);
  assert.deepEqual(assumed, [
    '--template rails',
    '--provider demo',
    '--auth guest',
    '--cluster none',
    '--database sqlite3',
  ]);
});

test('the one thing that has no default is the name, unless --yes says so', async () => {
  await assert.rejects(decide(given(), undefined), usageError(/name of the new folder is missing/));
  assert.equal((await decide(given('--yes'), undefined)).name, 'my-chat');
});

test('only what is missing is asked for', async () => {
  const somebody = answering('rails', 'my-app', 'openai', 'jwt');
  const decisions = await decide(given(), somebody);
  assert.deepEqual(
    [decisions.name, decisions.template, decisions.choices.provider, decisions.choices.auth],
    ['my-app', 'rails', 'openai', 'jwt'],
  );
  assert.deepEqual(somebody.asked, [
    'What shall it be?',
    'Name of the new folder',
    'Which model answers?',
    'Who may chat?',
  ]);
  assert.deepEqual(decisions.assumed, ['--rpc http', '--cluster none', '--database sqlite3']);

  const silent = answering();
  await decide(given('my-app', '--template=rails', '--provider=demo', '--auth=guest'), silent);
  await decide(given('my-app', '--template=node'), silent);
  assert.deepEqual(silent.asked, []);
});

test('a name that Rails would not have is asked for again', async () => {
  const somebody = answering('rails', 'cable-chat', 'test', 'my-app', 'demo', 'guest');
  assert.equal((await decide(given(), somebody)).name, 'my-app');
  assert.deepEqual(somebody.refused, ['cable-chat', 'test']);
  await assert.rejects(decide(given('test'), undefined), usageError(/"test" cannot be a Rails app's name/));
  assert.equal((await decide(given('test', '--template', 'node'), undefined)).name, 'test');
});

test('what is said of a Rails app does not go with another, however that was chosen', async () => {
  const options = given('my-app', '--cluster', 'redis');
  await assert.rejects(decide(options, answering('node')), usageError(/--cluster: only for a Rails app/));
});

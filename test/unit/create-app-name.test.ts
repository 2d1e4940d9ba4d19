import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ScaffoldError } from '../../create-app/src/errors.js';
import { validateName } from '../../create-app/src/name.js';

for (const name of ['my-chat', 'chat2', 'a', 'my.chat_app', 'x'.repeat(214)]) {
  test(`${name.slice(0, 20)} is a good name`, () => assert.equal(validateName(name), name));
}

const refused: readonly (readonly [name: string, why: RegExp, suggestion: string])[] = [
  ['', /is empty/, 'my-chat'],
  ['  ', /is empty/, 'my-chat'],
  ['.', /must be a new folder/, 'my-chat'],
  ['..', /must be a new folder/, 'my-chat'],
  ['../escape', /is a path/, 'escape'],
  ['/etc/passwd', /is a path/, 'passwd'],
  ['a\\b', /is a path/, 'b'],
  ['@scope/chat', /is a path/, 'chat'],
  ['.hidden', /begins with a dot/, 'hidden'],
  ['_private', /begins with a dot/, 'private'],
  ['-rf', /begins with a dot/, 'rf'],
  ['My Chat', /capital letters/, 'my-chat'],
  ['my chat', /only the letters/, 'my-chat'],
  ['café', /only the letters/, 'cafe'],
  ['chat\0', /only the letters/, 'chat'],
  ['chat\n', /only the letters/, 'chat'],
  ['chat~', /only the letters/, 'chat'],
  ['会話', /only the letters/, 'my-chat'],
  ['chat.', /ends with a dot/, 'chat'],
  ['con', /Windows/, 'my-con'],
  ['nul.txt', /Windows/, 'my-nul.txt'],
  ['node_modules', /needs itself/, 'my-node_modules'],
  ['cable-chat', /needs itself/, 'my-cable-chat'],
  ['x'.repeat(215), /longer than 214/, 'x'.repeat(214)],
];

for (const [name, why, suggestion] of refused) {
  test(`${JSON.stringify(name.slice(0, 20))} is refused with a name that works`, () => {
    assert.throws(
      () => validateName(name),
      (error) =>
        error instanceof ScaffoldError &&
        error.exitCode === 2 &&
        why.test(error.message) &&
        error.message.endsWith(`Try: ${suggestion}`),
    );
    assert.equal(validateName(suggestion), suggestion);
  });
}

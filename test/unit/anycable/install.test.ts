import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { findAnyCable } from '../../../scripts/anycable.mjs';

const name = 'ANYCABLE_THRUST_PATH';
const before = process.env[name];
after(() => {
  if (before === undefined) delete process.env[name];
  else process.env[name] = before;
});

test('a server that somebody has already is taken', () => {
  process.env[name] = process.execPath;
  assert.equal(findAnyCable(), process.execPath);
});

test('one that is none is named, with what to do', () => {
  process.env[name] = import.meta.filename;
  assert.throws(findAnyCable, /ANYCABLE_THRUST_PATH is .*install\.test\.ts, which is not an executable file.*unset it/);
});

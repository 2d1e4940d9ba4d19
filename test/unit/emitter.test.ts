import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Emitter } from '../../widget/src/emitter.js';

test('a listener that throws stops nobody, and is an uncaught exception where there is no reportError', async () => {
  const { reportError: report } = globalThis as { reportError?: unknown };
  Reflect.deleteProperty(globalThis, 'reportError');
  const uncaught = new Promise((resolve) => process.setUncaughtExceptionCaptureCallback(resolve));
  try {
    const emitter = new Emitter<{ news: string }>();
    const heard: string[] = [];
    emitter.on('news', () => {
      throw new Error('page bug');
    });
    emitter.on('news', (detail) => heard.push(detail));
    emitter.emit('news', 'one');
    assert.deepEqual(heard, ['one']);
    assert.equal(((await uncaught) as Error).message, 'page bug');
  } finally {
    process.setUncaughtExceptionCaptureCallback(null);
    if (report !== undefined) Object.assign(globalThis, { reportError: report });
  }
});

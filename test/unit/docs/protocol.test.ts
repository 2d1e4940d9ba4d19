/** The examples, tables and links of docs/protocol.md and docs/conformance.md against the code. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  decodeCommand,
  decodeIdentifier,
  decodeAction as decodeData,
} from '../../../templates/node/src/cable/commands.js';
import { decodeAction } from '../../../templates/node/src/chat/action-decoder.js';
import { DEFAULT_OPTIONS } from '../../../templates/node/src/chat/options.js';
import { verifyStreamName } from '../../../templates/node/src/cable/index.js';
import { decode } from '../../../widget/src/protocol/decode.js';
import { ActionError, ProtocolError } from '../../../widget/src/errors.js';
import { admit } from '../../../widget/src/outbox/admission.js';
import { readAnswer } from '../../../widget/src/transport/action-answer.js';
import { Host, newCaller } from '../server/chat/support/host.js';
import { anchor, code, links, number, readPage, tableBelow, type Fence } from './support/markdown.js';

const CONVERSATION = '6f9f5a4e-0f0c-4f57-9a3e-1d8f2f0c7b11';
const page = readPage('protocol.md');
const conformance = readPage('conformance.md');

type Fields = Readonly<Record<string, unknown>>;

function examples(info: string): readonly (Fence & { readonly value: Fields })[] {
  const found = page.fences.filter((fence) => fence.info === info);
  assert.notEqual(found.length, 0, `no block is marked ${info}`);
  return found.map((fence) => ({ ...fence, value: JSON.parse(fence.text) as Fields }));
}

function source(path: string): string {
  return readFileSync(fileURLToPath(new URL(`../../../${path}`, import.meta.url)), 'utf8');
}

test('every block of the page is one that a test knows', () => {
  const known =
    /^(json (command|frame|plain-frame|dropped-frame|action|refused-action|signed-command|posted-(action|answer|error))|html|transcript|sql [a-z-]+)$/;
  for (const { info, line } of page.fences) assert.match(info, known, `line ${line}`);
});

test('every frame is what the client decodes, field by field', () => {
  for (const { value, line } of examples('json frame')) {
    const frame = decode(value, CONVERSATION);
    assert.ok(!(frame instanceof ProtocolError), `line ${line}: ${String(frame)}`);
    assert.notEqual(frame.type, 'unknown', `line ${line}`);
    assert.deepEqual(frame, withoutQuestionBytes(value), `line ${line} has fields that the client does not read`);
  }
});

/** The one field that servers send and clients do not read. */
function withoutQuestionBytes(frame: Fields): Fields {
  if (!Array.isArray(frame['messages'])) return frame;
  const messages = (frame['messages'] as Fields[]).map(({ bytes, ...entry }) =>
    entry['role'] === 'user' || bytes === undefined ? entry : { ...entry, bytes },
  );
  return { ...frame, messages };
}

test('every type of frame, and every action, has an example under its own heading', () => {
  const frames = examples('json frame').map(({ value, heading }) => [value['type'], heading]);
  for (const type of ['hello', 'chunk', 'complete', 'snapshot', 'error']) {
    assert.ok(
      frames.some(([name, heading]) => name === type && heading === type),
      type,
    );
  }
  const actions = examples('json action').map(({ value, heading }) => [value['action'], heading]);
  for (const name of ['resume', 'history', 'ask', 'regenerate', 'edit', 'stop', 'feedback']) {
    assert.ok(
      actions.some(([action, heading]) => action === name && heading === name),
      name,
    );
  }
});

test('every entry of the examples has the byte count of its text', () => {
  for (const { value, line } of examples('json frame')) {
    for (const entry of (value['messages'] ?? []) as Fields[]) {
      if (entry['bytes'] === undefined) continue;
      assert.equal(Buffer.byteLength(entry['content'] as string), entry['bytes'], `line ${line}`);
    }
  }
});

test('plain frames are decoded as plain, and dropped ones are dropped', () => {
  for (const { value, line } of examples('json plain-frame')) {
    const frame = decode(value, CONVERSATION);
    assert.ok(!(frame instanceof ProtocolError) && frame.type === `plain-${String(value['type'])}`, `line ${line}`);
  }
  for (const { value, line } of examples('json dropped-frame')) {
    assert.ok(decode(value, CONVERSATION) instanceof ProtocolError, `line ${line}`);
  }
});

test('every action is what the server decodes, field by field', () => {
  for (const { value, line } of examples('json action')) {
    const { action, ...data } = value as { readonly action: string };
    const decoded = decodeAction(action, data);
    assert.ok(decoded.ok, `line ${line}`);
    assert.deepEqual(JSON.parse(JSON.stringify(decoded.action, mapsAsObjects)), value, `line ${line}`);
  }
});

function mapsAsObjects(_name: string, value: unknown): unknown {
  return value instanceof Map ? Object.fromEntries(value as Map<string, unknown>) : value;
}

test('refused actions are refused as invalid', (t) => {
  const host = new Host(t);
  for (const { value, line } of examples('json refused-action')) {
    const { action, ...data } = value as { readonly action: string };
    const error = host.refusal(newCaller(), action, data);
    assert.equal(error.code, 'invalid', `line ${line}`);
    assert.equal(error.client_id, (data as Fields)['client_id'] ?? null, 'the id comes back as far as it can be read');
  }
});

test('the commands are what a cable server decodes', () => {
  for (const { value, line } of examples('json command')) {
    const decoded = decodeCommand(JSON.stringify(value));
    assert.ok(decoded.ok, `line ${line}`);
    const { command } = decoded;
    assert.ok(command.command === 'subscribe' || command.command === 'message');
    assert.deepEqual(decodeIdentifier(command.identifier), {
      channel: 'AssistantChannel',
      params: { conversation_id: CONVERSATION },
    });
    if (command.command !== 'message') continue;
    const sent = decodeData(command.data);
    assert.ok(sent !== undefined && decodeAction(sent.action, sent.data).ok, `line ${line}`);
  }
});

test('the signed name of the page is what AnyCable would make of the name and the key that it names', () => {
  const [command] = examples('json signed-command');
  const decoded = decodeCommand(JSON.stringify(command?.value));
  assert.ok(decoded.ok && decoded.command.command === 'subscribe');
  const { channel, params } = decodeIdentifier(decoded.command.identifier) ?? {};
  assert.equal(channel, '$pubsub');
  const signed = String(params?.['signed_stream_name']);
  assert.equal(verifyStreamName(signed, 's3cr3t'), `chat/ada/${CONVERSATION}`);
  const html = page.fences.find(({ info }) => info === 'html')?.text ?? '';
  assert.match(html, new RegExp(`signed-stream-name="${signed.replaceAll('+', '\\+')}"`));
  const names = examples('json posted-answer').flatMap(({ value }) => value['signed_stream_name'] ?? []);
  assert.deepEqual(names, [signed]);
});

test('what is posted is an action with its conversation, and its answers are what the client reads', async () => {
  for (const { value, line } of examples('json posted-action')) {
    const { action, conversation_id, ...data } = value;
    assert.equal(conversation_id, CONVERSATION, `line ${line}`);
    if (action === 'stream') assert.deepEqual(data, {});
    else assert.ok(decodeAction(String(action), data).ok, `line ${line}`);
  }
  for (const { value, line } of examples('json posted-answer')) {
    const answer = await readAnswer(Response.json(value), 0);
    assert.ok(answer.kind === 'answered', `line ${line}`);
    for (const frame of answer.frames) {
      assert.ok(!(decode(frame, CONVERSATION) instanceof ProtocolError), `line ${line}`);
    }
  }
  for (const { value } of examples('json posted-error')) {
    const answer = await readAnswer(Response.json(value, { status: 401 }), 0);
    assert.ok(answer.kind === 'signed-out');
    assert.equal(answer.message, (value['error'] as Fields)['message']);
  }
});

test('the client does with each status what the table says', async () => {
  const words = { takes: 'answered', 'gives up': 'refused', 'signed out': 'signed-out', closed: 'forbidden' };
  const kinds = new Map<string, string>([...Object.entries(words), ['tries again', 'failed']]);
  const rows = tableBelow(page, 'Status codes');
  assert.ok(rows.length >= 10);
  for (const [statuses = '', meaning = '', does = ''] of rows) {
    const numbers = [...`${statuses} ${statuses === 'others' ? meaning : ''}`.matchAll(/\d{3}/g)].map(Number);
    assert.notEqual(numbers.length, 0, statuses);
    for (const status of numbers) {
      const body = status === 200 && code(meaning) === 'frames' ? { frames: [] } : {};
      const { kind } = await readAnswer(Response.json(body, { status }), 0);
      assert.equal(kind, kinds.get(/_(.+?)_/.exec(does)?.[1] ?? ''), `${status}: ${does}`);
    }
  }
});

test('what the client sends fits a frame of the transport, whatever it is made of', () => {
  const identifier = String(examples('json command')[0]?.value['identifier']);
  for (const letter of ['a', '"', '\\', '\n', '\u0001', 'é', '😀']) {
    const admitted = (length: number) => {
      const action = { action: 'ask', client_id: CONVERSATION, message: `x${letter.repeat(length)}` } as const;
      try {
        admit(action, { signedOut: false, answerOpen: false, maxMessageBytes: 32 * 1024 });
      } catch (error) {
        assert.ok(error instanceof ActionError && error.reason === 'too_long');
        return undefined;
      }
      return JSON.stringify({ command: 'message', identifier, data: JSON.stringify(action) });
    };
    let [fits, fails] = [1, 64 * 1024];
    while (fails - fits > 1) {
      const middle = (fits + fails) >> 1;
      if (admitted(middle) === undefined) fails = middle;
      else fits = middle;
    }
    const bytes = Buffer.byteLength(admitted(fits) ?? '');
    assert.ok(bytes <= 64 * 1024, `${fits} times ${JSON.stringify(letter)}: ${bytes} bytes`);
  }
});

test('history never covers what does not exist yet', async (t) => {
  const host = new Host(t);
  const caller = newCaller();
  await host.exchange(caller, 'Q', 'A');
  assert.deepEqual(host.snapshot(caller, 'history', { before: 1_000 }).covers, [0, 2]);
});

test('hello is what the server says', (t) => {
  const [hello] = examples('json frame').filter(({ value }) => value['type'] === 'hello');
  const caller = { user: 'ada', conversationId: CONVERSATION };
  assert.deepEqual(hello?.value, JSON.parse(JSON.stringify(new Host(t).hello(caller))));
});

test('the offsets of the characters are right', () => {
  let offset = 0;
  const rows = tableBelow(page, 'Text by byte offset');
  assert.ok(rows.length >= 4);
  for (const [character, bytes, begins, next] of rows) {
    assert.deepEqual(
      [number(bytes), number(begins), number(next)],
      [Buffer.byteLength(code(character)), offset, (offset += Buffer.byteLength(code(character)))],
    );
  }
});

test('a cursor gets what the table says', async (t) => {
  const host = new Host(t);
  const caller = newCaller();
  const { answer, model } = await host.askAndWait(caller);
  const text = tableBelow(page, 'Text by byte offset')
    .map(([character]) => code(character))
    .join('');
  model.say(text);
  await host.streamed(model, text);
  const rows = tableBelow(page, 'What a cursor gets');
  assert.ok(rows.length >= 4);
  for (const [cursor, offset, content] of rows) {
    const cursors = { [answer.id]: number(cursor) };
    const [entry] = host.snapshot(caller, 'resume', { since: 2, cursors }).messages;
    assert.deepEqual([entry?.offset, entry?.content], [number(offset), code(content)], `cursor ${cursor}`);
  }
});

test('the table of error codes is complete', () => {
  const union = /export type ErrorCode =(.*?)\(string & /s.exec(source('widget/src/protocol/frames.ts'))?.[1] ?? '';
  const known = [...union.matchAll(/'([a-z_]+)'/g)].map(([, name]) => name as string);
  assert.ok(known.length >= 12);
  assert.deepEqual(
    tableBelow(page, 'Codes')
      .map(([name]) => code(name))
      .toSorted(),
    known.toSorted(),
  );
});

test('the limits of the server are its defaults, all of them', () => {
  const rows = tableBelow(page, 'Limits of the embedded server').map(([name, value]) => [code(name), number(value)]);
  const numbers = Object.entries(DEFAULT_OPTIONS).filter(([, value]) => typeof value === 'number');
  assert.deepEqual(Object.fromEntries(rows), Object.fromEntries(numbers));
});

for (const heading of ['Timers', 'Limits of the client']) {
  test(`${heading}: the numbers are those of the source`, () => {
    for (const [name, value, file] of tableBelow(page, heading)) {
      const path = `widget/src/${code(file)}`;
      const found = new RegExp(`\\b${code(name)}\\b(?: =|:) ([\\d_ *]+)[,;]`).exec(source(path))?.[1];
      const factors = (found ?? '').replaceAll('_', '').split('*').map(Number);
      const said = `docs/protocol.md says ${value} for ${code(name)}; ${path} says ${found ?? 'nothing'}: change the table`;
      assert.equal(number(value), found === undefined ? undefined : factors.reduce((a, b) => a * b), said);
    }
  });
}

test('every link of the pages leads somewhere', () => {
  const anchors: Readonly<Record<string, ReadonlySet<string>>> = {
    'protocol.md': new Set(page.headings.map(anchor)),
    'conformance.md': new Set(conformance.headings.map(anchor)),
  };
  for (const from of [page, conformance]) {
    for (const link of links(from)) {
      const [file, fragment] = link.split('#');
      const target = anchors[file === '' ? from.name : (file ?? '')];
      assert.ok(target, `${from.name}: ${link}`);
      if (fragment !== undefined) assert.ok(target.has(fragment), `${from.name}: ${link}`);
    }
  }
});

test('conformance: every item has a number of its own, in order, and a section of the protocol', () => {
  const items = [...conformance.text.matchAll(/^- \[ \] \*\*(\d+)\.(\d+)\*\* (.*(?:\n {2}.*)*)/gm)];
  assert.ok(items.length >= 40, `${items.length} items`);
  const sections = [...conformance.text.matchAll(/^## (\d+)\. .*\n\n.*\(protocol\.md#/gm)].map(([, n]) => Number(n));
  assert.deepEqual(
    sections,
    sections.map((_, index) => index + 1),
  );
  assert.deepEqual([...new Set(items.map(([, section]) => Number(section)))], sections);
  for (const [index, item] of items.entries()) {
    const before = items[index - 1];
    const expected = before !== undefined && before[1] === item[1] ? Number(before[2]) + 1 : 1;
    assert.equal(Number(item[2]), expected, `${item[1]}.${item[2]}`);
  }
});

/** Imports point one way, and what calls itself pure is. The table is the architecture; CONTRIBUTING.md tells why. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { checkLayers, importsOf, type FileMap, type Layer } from '../support/layers.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** elements → controllers → session → { outbox, presence, transport } → conversation → protocol; markdown is a leaf. */
const words = ['frames', 'errors'];
const pureCore = ['conversation', 'presence', 'protocol', ...words];
const belowSession = ['outbox', 'outbox effects', 'presence effects', 'transport', 'clock', ...pureCore];
const lit = [/^lit$/, /^lit\//];
const widget: readonly Layer[] = [
  { name: 'frames', files: /^protocol\/frames\.ts$/, imports: [], packages: [], pure: true },
  { name: 'errors', files: /^errors\.ts$/, imports: ['frames'], packages: [], pure: true },
  { name: 'clock', files: /^(clock|key-value-storage)\.ts$/, imports: [], packages: [] },
  { name: 'protocol', files: /^protocol(\.ts$|\/)/, imports: words, packages: [], pure: true },
  { name: 'conversation', files: /^conversation\//, imports: ['protocol', ...words], packages: [], pure: true },
  {
    name: 'presence effects',
    files: /^presence\/(renewal|tracker|waiting)\.ts$/,
    imports: ['transport', 'clock', ...pureCore],
    packages: [],
  },
  { name: 'presence', files: /^presence\//, imports: ['protocol', ...words], packages: [], pure: true },
  {
    name: 'outbox effects',
    files: /^outbox\/(deliver|storage)\.ts$/,
    imports: ['outbox', 'transport', 'clock', ...pureCore],
    packages: [],
  },
  { name: 'outbox', files: /^outbox\//, imports: pureCore, packages: [], pure: true },
  { name: 'transport', files: /^transport\//, imports: ['protocol', 'clock', ...words], packages: [/^@anycable\//] },
  { name: 'testing', files: /^testing(\.ts$|\/)/, imports: ['transport', 'clock', ...pureCore], packages: [] },
  { name: 'markdown', files: /^markdown(\.ts$|\/)/, imports: [], packages: [/^marked$/] },
  { name: 'strings', files: /^strings\.ts$/, imports: pureCore, packages: [], pure: true },
  { name: 'events', files: /^events\.ts$/, imports: ['session', 'transport', ...pureCore], packages: [] },
  {
    name: 'controllers',
    files: /^controllers\//,
    imports: ['session', 'events', 'strings', ...belowSession],
    packages: lit,
  },
  {
    name: 'elements',
    files: /^elements(\.ts$|\/)/,
    imports: ['controllers', 'session', 'events', 'strings', 'markdown', ...belowSession],
    packages: lit,
  },
  { name: 'index', files: /^index\.ts$/, imports: ['elements', 'session'], packages: [], sideEffects: true },
  // Whatever else lies at the top: session.ts, and what it composes.
  { name: 'session', files: /^[\w-]+\.ts$/, imports: belowSession, packages: [] },
];

const builtIn = /^node:/;
const chatProtocol = /^cable-chat\/protocol$/;
/** The chat knows nothing of sockets, the cable nothing of chats, the providers of neither. */
const server: readonly Layer[] = [
  { name: 'logger', files: /^logger\.ts$/, imports: [], packages: [builtIn] },
  { name: 'cable', files: /^cable\//, imports: ['logger'], packages: [builtIn, /^ws$/] },
  { name: 'auth', files: /^auth\//, imports: ['logger', 'cable'], packages: [/^node:(crypto|http)$/, /^jose$/] },
  { name: 'http', files: /^http\//, imports: ['logger', 'cable', 'auth', 'chat'], packages: [builtIn] },
  {
    name: 'providers',
    files: /^providers\//,
    imports: ['logger'],
    packages: [/^node:timers\/promises$/, /^openai(\/|$)/],
  },
  {
    name: 'chat',
    files: /^chat\//,
    imports: ['providers', 'logger'],
    packages: [/^node:(fs|path|crypto|timers|perf_hooks|buffer)(\/promises)?$/, /^libsql$/, chatProtocol],
  },
  {
    name: 'channels',
    files: /^channels\//,
    imports: ['cable', 'chat', 'providers', 'logger'],
    packages: [/^node:crypto$/, chatProtocol],
  },
  {
    name: 'config',
    files: /^config[\w-]*(\.ts$|\/)/,
    imports: ['logger', 'cable', 'chat', 'providers'],
    packages: [builtIn],
  },
  { name: 'lab', files: /^lab\//, imports: ['auth', 'cable', 'chat', 'http', 'logger'], packages: [builtIn] },
  {
    name: 'composition',
    files: /^(server|supervisor|listen)\.ts$/,
    imports: ['config', 'auth', 'cable', 'http', 'lab', 'channels', 'chat', 'providers', 'logger'],
    packages: [builtIn, chatProtocol],
  },
  {
    name: 'main',
    files: /^main\.ts$/,
    imports: ['composition', 'config', 'cable', 'http', 'chat', 'providers', 'logger'],
    packages: [builtIn],
    sideEffects: true,
  },
];

function readTree(tree: string): FileMap {
  const folder = join(root, tree);
  if (!existsSync(folder)) return new Map();
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.ts'));
  return new Map(paths.map((path) => [tree + path, readFileSync(join(folder, path), 'utf8')]));
}

for (const [tree, layers] of [
  ['widget/src/', widget],
  ['templates/node/src/', server],
] as const) {
  test(`${tree}: imports point one way`, () => {
    const files = readTree(tree);
    assert.ok(files.size > 0, `${tree} is empty`);
    assert.deepEqual(checkLayers(files, tree, layers), []);
  });
}

/** What the checker says of one made-up file beside the real ones. */
function complaints(path: string, source: string): string[] {
  const tree = path.startsWith('widget') ? 'widget/src/' : 'templates/node/src/';
  const neighbours = [
    'elements/cable-chat',
    'session',
    'protocol/frames',
    'conversation/view',
    'cable/channel',
    'chat/index',
  ];
  const files = new Map(neighbours.map((name) => [`${tree}${name}.ts`, 'export {};']));
  files.set(path, source);
  return checkLayers(files, tree, tree === 'widget/src/' ? widget : server)
    .filter(({ file }) => file === path)
    .map(({ what }) => what);
}

const violations: readonly (readonly [path: string, source: string, says: RegExp])[] = [
  ['widget/src/protocol/decode.ts', `import { Session } from '../session.js';`, /protocol must not import session/],
  [
    'widget/src/session.ts',
    `import type { CableChat } from './elements/cable-chat.js';`,
    /session must not import elements/,
  ],
  ['widget/src/conversation/reduce.ts', `export * from '../session.js';`, /conversation must not import session/],
  ['widget/src/conversation/log.ts', `import {\n  html,\n} from 'lit';`, /must not import the package lit/],
  ['widget/src/conversation/log.ts', `const lit = await import('lit');`, /must not import the package lit/],
  ['widget/src/markdown/blocks.ts', `import { x } from '../protocol/frames.js';`, /markdown must not import frames/],
  ['widget/src/elements/a.ts', `import { x } from '../protocol/frames';`, /without the extension/],
  ['widget/src/elements/a.ts', `import { x } from '../protocol/lost.js';`, /is not there/],
  ['widget/src/elements/a.ts', `import { x } from '../../../test/support/layers.js';`, /outside widget\/src/],
  ['widget/src/utils/helpers.ts', `export {};`, /belongs to no layer/],
  [
    'widget/src/outbox/transitions.ts',
    `export const later = () => setTimeout(() => {}, 1);`,
    /pure and must not use setTimeout/,
  ],
  ['widget/src/conversation/log.ts', `export const now = () => Date.now();`, /must not use Date\.now/],
  ['widget/src/conversation/log.ts', `export const now = () => new Date();`, /must not use new Date\(\)/],
  ['widget/src/presence/reduce.ts', `export const id = () => crypto.randomUUID();`, /must not use crypto/],
  ['widget/src/protocol/decode.ts', `export const warn = () => console.warn('x');`, /must not use console/],
  ['widget/src/conversation/log.ts', `export const o = { random: Math.random };`, /must not use Math\.random/],
  ['widget/src/elements/a.ts', `customElements.define('x-a', class extends HTMLElement {});`, /while it is loaded/],
  [
    'templates/node/src/chat/actions.ts',
    `import type { Channel } from '../cable/channel.js';`,
    /chat must not import cable/,
  ],
  ['templates/node/src/chat/actions.ts', `import { WebSocket } from 'ws';`, /must not import the package ws/],
  ['templates/node/src/chat/actions.ts', `import http from 'node:http';`, /must not import the package node:http/],
  [
    'templates/node/src/providers/demo.ts',
    `import { createChat } from '../chat/index.js';`,
    /providers must not import chat/,
  ],
  ['templates/node/src/cable/hub.ts', `import { createChat } from '../chat/index.js';`, /cable must not import chat/],
];

for (const [path, source, says] of violations) {
  test(`would notice ${source.replace(/\s+/g, ' ')} in ${path}`, () => {
    const found = complaints(path, source);
    assert.equal(found.length, 1, found.join('\n'));
    assert.match(found[0] ?? '', says);
  });
}

const innocent: readonly (readonly [path: string, source: string])[] = [
  ['widget/src/conversation/log.ts', `// setTimeout, document and Date.now() in words\nexport const text = 'window';`],
  [
    'widget/src/conversation/log.ts',
    `export const f = (view: { document: string }, now: number) => view.document + new Date(now);`,
  ],
  [
    'widget/src/conversation/log.ts',
    `import type { Frame } from '../protocol/frames.js';\nexport type Doc = Frame & { element: HTMLElement };`,
  ],
  [
    'widget/src/elements/a.ts',
    `import { LitElement } from 'lit';\nexport class A extends LitElement { @property() name = 1; static override styles = []; }`,
  ],
  [
    'widget/src/markdown/table.ts',
    `const names = new Map();\nnames.set('a', 1);\nexport const get = (name: string) => names.get(name);`,
  ],
  [
    'widget/src/index.ts',
    `import { CableChat } from './elements/cable-chat.js';\ncustomElements.define('cable-chat', CableChat);`,
  ],
];

for (const [path, source] of innocent) {
  test(`lets pass ${JSON.stringify(source.slice(0, 60))} in ${path}`, () => {
    assert.deepEqual(complaints(path, source), []);
  });
}

test('sees every form of import, and none in a comment or a text', () => {
  const source = [
    `import 'a';`,
    `import b from "b";`,
    `import * as c from 'c';`,
    `import type { D } from 'd';`,
    `import {\n  e,\n  type F,\n} from 'e';`,
    `export * from 'f';`,
    `export { g } from 'g';`,
    `const h = () => import('h');`,
    `/**\n * import i from 'i';\n */`,
    `// import j from 'j';`,
    'export const sample = `\nimport "m"\n`;',
    `import { type N } from 'n';`,
    `export type { O } from 'o';`,
    `export type P = 1;`,
    `export const k = 1;`,
    `const from = 'l';`,
  ].join('\n');
  assert.deepEqual(importsOf(source).sort(), ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'n', 'o']);
});

import { readFileSync } from 'node:fs';
import nodeResolve from '@rollup/plugin-node-resolve';
import terser from '@rollup/plugin-terser';
import { transform } from 'esbuild';
import esbuild, { minify as renameBy } from 'rollup-plugin-esbuild';
import { markedLexer } from './scripts/marked-lexer.mjs';

const { dependencies } = JSON.parse(readFileSync(new URL('widget/package.json', import.meta.url), 'utf8'));

/** @typedef {import('rollup').RollupOptions & { output: import('rollup').OutputOptions }} Build */

/** @param {string} id */
const isDependency = (id) => Object.keys(dependencies).some((name) => id === name || id.startsWith(`${name}/`));

// esbuild and not @rollup/plugin-typescript: TypeScript 7 has no JavaScript API. Lit's decorators are the legacy ones,
// and its reactive accessors are lost under define semantics, whatever tsconfig the plugin might find.
const typescript = () =>
  esbuild({
    target: 'es2022',
    sourceMap: true,
    tsconfigRaw: { compilerOptions: { experimentalDecorators: true, useDefineForClassFields: false } },
  });

// First esbuild, only for names: terser leaves private ones (`#connection`) as long as they are, and shortens the rest.
const minify = () => [
  renameBy({ target: 'es2022', minify: false, minifyIdentifiers: true, legalComments: 'none' }),
  terser({ ecma: 2020, module: true, compress: { passes: 3 }, format: { comments: false } }),
];

/**
 * Style sheets without their comments and white space. Only in the files that hold nothing else, and only what has no
 * `${…}` in it: there esbuild sees all of the CSS.
 * @returns {import('rollup').Plugin}
 */
const minifyStyles = () => ({
  name: 'minify-styles',
  async transform(code, id) {
    if (!id.endsWith('.styles.ts')) return null;
    let minified = code;
    for (const [literal, sheet = ''] of code.matchAll(/css`([^`$\\]*)`/g)) {
      const { code: small, warnings } = await transform(sheet, { loader: 'css', minify: true, target: 'esnext' });
      for (const { text } of warnings) this.error(`${id}: ${text}`);
      minified = minified.replace(literal, () => `css\`${small.trim()}\``);
    }
    // Nothing in a style sheet is ever stepped through.
    return { code: minified, map: { mappings: '' } };
  },
});

// `browser` picks the browser's side of a dependency; `development` would pick Lit's development build.
const resolve = () => nodeResolve({ browser: true, exportConditions: ['production'] });

/** What npm users import: one file per entry, what they share in chunks, dependencies left to their bundler. @type {Build} */
const modules = {
  input: Object.fromEntries(
    ['index', 'elements', 'channel', 'markdown', 'protocol', 'testing'].map((name) => [name, `widget/src/${name}.ts`]),
  ),
  external: isDependency,
  plugins: [typescript()],
  output: {
    dir: 'widget/dist',
    format: 'es',
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name]-[hash].js',
    // Bare imports of what a chunk imports anyway: esbuild warns its user of them, since they have no side effect.
    hoistTransitiveImports: false,
    sourcemap: true,
  },
};

/** One file with everything inside, for `<script type="module">` and import maps. @type {Build} */
const bundle = {
  input: 'widget/src/index.ts',
  plugins: [resolve(), markedLexer(), minifyStyles(), typescript(), ...minify()],
  output: { file: 'widget/dist/cable-chat.bundle.js', format: 'es', sourcemap: true },
};

/**
 * The same for a plain `<script>`; what the module exports is found under the global `CableChat`. A second copy on the page
 * ends before it begins: under `trusted-types lit-html` even Lit itself may be loaded only once.
 * @type {Build}
 */
const iife = {
  input: 'widget/src/index.ts',
  plugins: [resolve(), markedLexer(), minifyStyles(), typescript(), ...minify()],
  output: {
    file: 'widget/dist/cable-chat.iife.js',
    format: 'iife',
    name: 'CableChat',
    extend: true,
    intro: "if (customElements.get('cable-chat')) return;",
    sourcemap: true,
  },
};

export const builds = { modules, bundle, iife };

export default Object.values(builds);

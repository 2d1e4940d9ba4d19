import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cli } from '@custom-elements-manifest/analyzer/cli.js';
import { root } from './project.mjs';

/**
 * The parts of the custom-elements manifest (https://github.com/webcomponents/custom-elements-manifest) that are read.
 * @typedef {{ name?: string, fieldName?: string, description?: string, privacy?: string, static?: boolean, kind?: string }} Member
 * @typedef {{ name: string, tagName?: string, customElement?: boolean, description?: string, attributes?: Member[],
 *   members?: Member[], events?: Member[], slots?: Member[], cssParts?: Member[], cssProperties?: Member[] }} Declaration
 * @typedef {{ path: string, declarations?: Declaration[] }} Module
 * @typedef {{ schemaVersion: string, modules: Module[] }} Manifest
 */

/** The elements that users write; what else is registered is ours to change. */
export const publicTags = ['cable-chat', 'cable-presence'];

/** Reads the sources with the analyzer. Nothing is written. @returns {Promise<Manifest>} */
export async function analyze() {
  const argv = ['analyze', '--config', '../scripts/manifest.config.mjs'];
  return cli({ argv, cwd: join(root, 'widget'), noWrite: true });
}

/** @param {Member} member */
const isPublic = ({ privacy, name }) => privacy === undefined || (privacy === 'public' && !name?.startsWith('_'));

/**
 * The public elements as documented. Ours are real Event classes, and in `dispatchEvent(new SomeEvent(text))` the
 * analyzer takes the first argument for the event's name; the prefix tells the real ones.
 * @param {Manifest} analyzed
 */
function publicElements(analyzed) {
  return analyzed.modules
    .flatMap((module) => module.declarations ?? [])
    .filter(({ tagName }) => tagName !== undefined && publicTags.includes(tagName))
    .map((declaration) => ({
      ...declaration,
      members: (declaration.members ?? []).filter(isPublic),
      events: (declaration.events ?? []).filter(({ name }) => name?.startsWith('cable-')),
    }));
}

/**
 * What is published: only the public elements, under the files that are really in the package.
 * @param {Manifest} analyzed
 */
export function publish(analyzed) {
  const declarations = publicElements(analyzed);
  const path = 'dist/elements.js';
  return {
    schemaVersion: analyzed.schemaVersion,
    readme: 'README.md',
    modules: [
      {
        kind: 'javascript-module',
        path,
        declarations,
        exports: declarations.map(({ name }) => ({ kind: 'js', name, declaration: { name, module: path } })),
      },
      {
        kind: 'javascript-module',
        path: 'dist/index.js',
        declarations: [],
        exports: declarations.map(({ name, tagName }) => ({
          kind: 'custom-element-definition',
          name: tagName,
          declaration: { name, module: path },
        })),
      },
    ],
  };
}

/** @param {string} file */
export async function writeManifest(file) {
  const manifest = publish(await analyze());
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, `${JSON.stringify(manifest, null, 2)}\n`);
}

/**
 * What a user of an editor would miss: public things without a word of description.
 * @param {Manifest} analyzed
 * @returns {string[]} one sentence for each
 */
export function undocumented(analyzed) {
  const elements = publicElements(analyzed);
  if (!elements.some(({ tagName }) => tagName === 'cable-chat')) {
    return ['<cable-chat> is not in the manifest: its class needs a JSDoc with `@tagname cable-chat`'];
  }
  return elements.flatMap((element) => {
    /** @param {string} kind @param {Member[] | undefined} members */
    const missing = (kind, members) =>
      (members ?? [])
        .filter((member) => !member.static && !member.description?.trim())
        .map((member) => `<${element.tagName}>: ${kind} ${member.name || '(default)'} has no description`);
    return [
      ...(element.description?.trim() ? [] : [`<${element.tagName}> has no description`]),
      ...missing('attribute', element.attributes),
      ...missing('member', element.members),
      ...missing('event', element.events),
      ...missing('slot', element.slots),
      ...missing('part', element.cssParts),
      ...missing('custom property', element.cssProperties),
    ];
  });
}

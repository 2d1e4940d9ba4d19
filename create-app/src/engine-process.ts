/**
 * create-create-app, in a process of its own: it reads its name and options from the command line, ends with 0 where it
 * fails, and leaves handlers for crashes behind. Bundled to dist/engine.cjs, since it wants to be CommonJS.
 *
 * Takes `NAME --template TEMPLATE`, renders into the current folder, and in the end says so on the last line of stdout.
 */
import { create } from 'create-create-app';
import { RENDERED, TEMPLATES_VARIABLE } from './engine-contract.js';

void create('create-cable-chat', {
  templateRoot: process.env[TEMPLATES_VARIABLE] ?? '',
  // Whatever is asked was asked before; what else it could do is not the engine's business here.
  promptForDescription: false,
  promptForAuthor: false,
  promptForEmail: false,
  promptForLicense: false,
  // The name of no licence: it writes none into the user's app.
  defaultLicense: 'UNLICENSED',
  skipGitInit: true,
  skipNpmInstall: true,
  caveat: RENDERED,
});

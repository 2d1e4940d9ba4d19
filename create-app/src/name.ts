import { ExitCode, ScaffoldError } from './errors.js';

/** Names that Windows keeps for devices, whatever follows the first dot. */
const deviceNames = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?$/;

/** Names that npm refuses, or that an app of this name could not import from any more. */
const taken = new Set([
  'node_modules',
  'favicon.ico',
  'cable-chat',
  'create-cable-chat',
  'openai',
  'ws',
  'libsql',
  'tsx',
  'typescript',
]);

/**
 * Checks what the user calls the app: it becomes a folder beside the current one and the name in package.json.
 * The rules are npm's for new packages (https://docs.npmjs.com/cli/configuring-npm/package-json#name), without scopes,
 * since the name is a folder too.
 *
 * @throws ScaffoldError (usage) that says what is wrong and gives a name that would do
 */
export function validateName(name: string): string {
  const problem = findProblem(name);
  if (problem === undefined) return name;
  const suggestion = suggest(name);
  const advice = suggestion === undefined ? 'Try: my-chat' : `Try: ${suggestion}`;
  throw new ScaffoldError(ExitCode.usage, `${JSON.stringify(name)} cannot be the app's name: ${problem}. ${advice}`);
}

function findProblem(name: string): string | undefined {
  if (name.trim() === '') return 'it is empty';
  if (name === '.' || name === '..') return 'it must be a new folder';
  if (/[/\\]/.test(name)) return 'it is a path; change to the folder that the app shall be in, and give a plain name';
  if (/^[._-]/.test(name)) return 'it begins with a dot, an underscore or a hyphen';
  if (name.length > 214) return 'it is longer than 214 characters';
  if (name !== name.toLowerCase())
    return 'it has capital letters; write it in small ones, as the names of packages and of apps’ folders are';
  if (!/^[a-z0-9][a-z0-9._-]*$/.test(name))
    return 'only the letters a to z, digits, hyphens, dots and underscores work';
  if (name.endsWith('.')) return 'it ends with a dot, which Windows drops';
  if (deviceNames.test(name)) return 'Windows keeps that name for a device';
  if (taken.has(name)) return 'it is the name of something that the app needs itself';
  return undefined;
}

/** The nearest name that works, if there is one. */
function suggest(name: string): string | undefined {
  const plain = name
    .split(/[/\\]/)
    .at(-1)
    ?.normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[._-]+|[._-]+$/g, '')
    .slice(0, 214);
  if (!plain) return undefined;
  if (findProblem(plain) === undefined) return plain;
  const longer = `my-${plain}`.slice(0, 214);
  return findProblem(longer) === undefined ? longer : undefined;
}

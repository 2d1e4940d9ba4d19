import type { App } from '../app.js';
import type { Remark } from '../finding.js';
import type { Rule } from '../rule.js';
import type { Setting } from '../sources/setting.js';

const secretNames = ['secret', 'broadcast_key', 'jwt_secret', 'http_rpc_secret', 'streams_secret'];

export const secretsOutOfStep: Rule = {
  name: 'secrets-out-of-step',
  why: 'Rails and the AnyCable server derive the keys of tokens, streams, broadcasts and RPC from one secret. With two, each refuses the other: broadcasts are answered 401 and lost.',
  mend: 'One ANYCABLE_SECRET in the environment of all processes, and none in files',
  find(app) {
    return [...differing(app), ...oneSided(app)];
  },
};

function differing({ settings }: App): Remark[] {
  const found = new Map<Setting, Remark>();
  for (const environment of ['development', 'production']) {
    for (const name of secretNames) {
      const given = settings.filter((each) => each.name === name && each.value && isFor(each, environment));
      const [first] = given;
      for (const each of given) {
        if (first === undefined || each.value === first.value) continue;
        const what = `${each.written} is another secret than ${first.written} in ${first.file}:${first.line}.`;
        found.set(each, { file: each.file, line: each.line, what });
      }
    }
  }
  return [...found.values()];
}

/** A section of anycable.yml, or the end of a file's name, such as `.env.production`. */
function isFor({ file, section }: Setting, environment: string): boolean {
  const own = /\.env\.(\w+)$/.exec(file)?.[1] ?? (file.endsWith('anycable.yml') ? section : undefined);
  return own === undefined || own === 'default' || own === 'local' || own === environment;
}

/** In a compose file, where all of a service's environment stands. */
function oneSided({ compose }: App): Remark[] {
  const has = (names: readonly { readonly name: string }[]): boolean =>
    names.some(({ name }) => name === 'ANYCABLE_SECRET');
  const rails = compose.some(({ isServer, variables }) => !isServer && has(variables));
  return compose
    .filter(({ isServer, isOpen, variables }) => isServer && !isOpen && rails && !has(variables))
    .map(({ file, line, name }) => ({
      file,
      line,
      what: `The service ${name} has no ANYCABLE_SECRET, and Rails has.`,
    }));
}

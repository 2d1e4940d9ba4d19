import type { Rule } from '../rule.js';

export const composeHost: Rule = {
  name: 'compose-host',
  why: 'Containers find each other by the names of their services. One that is not there is never reached.',
  mend: 'Add the service, or name the host that is meant',
  find({ compose }) {
    return compose.flatMap(({ file, variables }) => {
      const services = new Set(compose.filter((each) => isMergedWith(each.file, file)).map(({ name }) => name));
      return variables
        .filter(({ name }) => name.startsWith('ANYCABLE_'))
        .flatMap(({ name, value, line }) => {
          const [, host = ''] = /^(?:[a-z]+:\/\/)?(?:[^@/]*@)?([a-z][a-z0-9_-]*):\d+(?:\/|$)/.exec(value) ?? [];
          if (host === '' || host === 'localhost' || services.has(host)) return [];
          return [{ file, line, what: `${name} names the host ${host}, and there is no such service.` }];
        });
    });
  },
};

/** compose.override.yml is read with compose.yml, by its folder. */
const isMergedWith = (one: string, other: string): boolean => folderOf(one) === folderOf(other);
const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/') + 1);

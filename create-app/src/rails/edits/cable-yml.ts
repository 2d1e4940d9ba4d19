import { edited, problem, type Edit } from '../../edits/edit.js';
import { bare, splitLines } from '../../edits/lines.js';

const path = 'config/cable.yml';

/** What was there before stands behind it, in the same line: that is how it is taken back. */
const MARK = 'any_cable # was: ';

/**
 * Broadcasts go to AnyCable, in every environment but the tests'.
 * https://docs.anycable.io/rails/getting_started#configuration
 */
export const useAnyCable: Edit = {
  path,
  what: 'adapter: any_cable',
  apply(text) {
    const found = readAdapters(text);
    const environments = new Set(found.map(({ environment }) => environment));
    for (const environment of ['development', 'production']) {
      if (!environments.has(environment) && !environments.has('default')) {
        return problem(
          `no line \`adapter:\` was found for ${environment}; set it to any_cable yourself, and try again`,
        );
      }
    }
    // What the others inherit, the tests would as well.
    if (environments.has('default') && !environments.has('test')) {
      return problem('the test environment has no adapter of its own; give it `adapter: test`, and try again');
    }
    return edited(
      mapAdapters(text, (value, environment) =>
        environment === 'test' || isAnyCable(value) ? value : `${MARK}${value}`,
      ),
    );
  },
  revert(text) {
    return edited(mapAdapters(text, (value) => (value.startsWith(MARK) ? value.slice(MARK.length) : value)));
  },
};

const isAnyCable = (value: string): boolean => /^["']?any_cable\b/.test(value);

interface Adapter {
  readonly environment: string;
  readonly value: string;
}

function readAdapters(text: string): Adapter[] {
  const found: Adapter[] = [];
  mapAdapters(text, (value, environment) => {
    found.push({ environment, value });
    return value;
  });
  return found;
}

/** Calls `change` with what stands behind each `adapter:`, comment included, and puts its answer there. */
function mapAdapters(text: string, change: (value: string, environment: string) => string): string {
  let environment = '';
  return splitLines(text)
    .map((line) => {
      const content = bare(line);
      environment = /^["']?(\w+)["']?:/.exec(content)?.[1] ?? environment;
      const [, key, value] = /^([ \t]+adapter:[ \t]+)(\S.*)$/.exec(content) ?? [];
      if (key === undefined || value === undefined) return line;
      return key + change(value, environment) + line.slice(content.length);
    })
    .join('');
}

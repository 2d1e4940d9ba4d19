import {
  DEFAULT_NAME,
  checkTemplateOptions,
  templates,
  usageError,
  type GivenOptions,
  type Template,
} from './arguments.js';
import { validateName } from './name.js';
import type { Choice, Prompter } from './prompter.js';
import { validateAppName } from './rails/app-name.js';
import { choiceNames, defaultChoices, railsChoices, type RailsChoices } from './rails/choices.js';

/** Everything that was open, decided. */
export interface Decisions {
  readonly name: string;
  readonly template: Template;
  readonly choices: RailsChoices;
  /** The options whose defaults were taken without asking: `--rpc http`. */
  readonly assumed: readonly string[];
}

/** Only these are worth a question; the others can be changed later by whoever needs to. */
const asked = ['provider', 'auth'] as const;

const hints: { readonly [Name in (typeof asked)[number]]: Readonly<Record<RailsChoices[Name], string>> } = {
  provider: {
    demo: 'answers without a key, to try it out',
    openai: 'OpenAI and whatever speaks like it (ruby-openai)',
    ruby_llm: 'any provider (ruby_llm, Ruby 3.2)',
    anthropic: 'Anthropic',
  },
  auth: {
    guest: 'everybody, known by a signed cookie',
    session: 'whoever is signed in to the app',
    jwt: 'whoever has a token of the app',
  },
};

const questions = { provider: 'Which model answers?', auth: 'Who may chat?' };

const templateHints: Record<Template, string> = {
  rails: 'a Rails app on AnyCable (needs Ruby)',
  node: 'a server in one Node process',
};

/**
 * Decides what the command line left open.
 * @param prompter who is asked; undefined: nobody is, and the defaults are taken
 * @throws ScaffoldError (usage) when there is no name and nobody to ask, or when options do not go together
 */
export async function decide(given: GivenOptions, prompter: Prompter | undefined): Promise<Decisions> {
  if (given.name === undefined && prompter === undefined && !given.yes) {
    throw usageError('The name of the new folder is missing.');
  }
  const assumed: string[] = [];
  const template = given.template ?? (await prompter?.choose('What shall it be?', toChoices(templates, templateHints)));
  if (template === undefined) assumed.push(`--template ${templates[0]}`);
  const chosen = template ?? templates[0];
  checkTemplateOptions(chosen, given);

  const check = (name: string): void => {
    validateName(name);
    if (chosen === 'rails') validateAppName(name);
  };
  const name = given.name ?? (await prompter?.text('Name of the new folder', DEFAULT_NAME, check)) ?? DEFAULT_NAME;
  check(name);
  if (chosen !== 'rails') return { name, template: chosen, choices: defaultChoices, assumed };

  const answers: Partial<RailsChoices> = prompter === undefined ? {} : await ask(given.choices, prompter);
  const choices: RailsChoices = { ...defaultChoices, ...given.choices, ...answers };
  for (const name of choiceNames) {
    if (given.choices[name] === undefined && answers[name] === undefined) assumed.push(`--${name} ${choices[name]}`);
  }
  return { name, template: chosen, choices, assumed };
}

async function ask(given: Partial<RailsChoices>, prompter: Prompter): Promise<Partial<RailsChoices>> {
  const provider =
    given.provider ?? (await prompter.choose(questions.provider, toChoices(railsChoices.provider, hints.provider)));
  const auth = given.auth ?? (await prompter.choose(questions.auth, toChoices(railsChoices.auth, hints.auth)));
  return { provider, auth };
}

function toChoices<T extends string>(values: readonly T[], hint: Readonly<Record<T, string>>): Choice<T>[] {
  return values.map((value) => ({ value, hint: hint[value] }));
}

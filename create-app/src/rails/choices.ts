/** What a Rails app may be made of; the first of each is the default. */
export const railsChoices = {
  provider: ['demo', 'openai', 'ruby_llm', 'anthropic'],
  rpc: ['http', 'grpc'],
  auth: ['guest', 'session', 'jwt'],
  cluster: ['none', 'redis', 'nats'],
  database: ['sqlite3', 'postgresql', 'mysql'],
} as const;

export type ChoiceName = keyof typeof railsChoices;
export type RailsChoices = { readonly [Name in ChoiceName]: (typeof railsChoices)[Name][number] };

/** In the order in which they are told. */
export const choiceNames = Object.keys(railsChoices) as readonly ChoiceName[];

export const defaultChoices: RailsChoices = {
  provider: 'demo',
  rpc: 'http',
  auth: 'guest',
  cluster: 'none',
  database: 'sqlite3',
};

/** Parts that a user may not want. Named as in `rails new`. */
export const railsParts = ['bundle', 'git', 'test', 'docker'] as const;
export type RailsPart = (typeof railsParts)[number];

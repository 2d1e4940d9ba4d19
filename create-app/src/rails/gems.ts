import { isAtLeast, type Version } from '../version.js';
import type { RailsChoices } from './choices.js';

export interface Gem {
  readonly name: string;
  readonly requirement?: string;
  /** The comment above it. */
  readonly why: string;
  /** What else stands in its line: `require: false`. */
  readonly options?: readonly string[];
  /** Gems that make this one needless. */
  readonly satisfiedBy?: readonly string[];
}

export interface Platform {
  readonly rubygems: Version;
  /** As Node calls it. */
  readonly os: NodeJS.Platform;
}

/** From here on RubyGems takes gems that are built for glibc by name: https://github.com/rubygems/rubygems/pull/5852 */
const knowsGnu: Version = [3, 3, 22];

const providerGems: Record<RailsChoices['provider'], readonly Gem[]> = {
  demo: [],
  openai: [
    { name: 'ruby-openai', requirement: '~> 8.3', why: 'The model [https://github.com/alexrudall/ruby-openai]' },
  ],
  ruby_llm: [{ name: 'ruby_llm', requirement: '~> 2.0', why: 'The model, of any provider [https://rubyllm.com]' }],
  // Its API is spoken without a gem.
  anthropic: [],
};

const clusterGems: Record<RailsChoices['cluster'], readonly Gem[]> = {
  none: [],
  redis: [
    {
      name: 'redis',
      requirement: '>= 5.0',
      why: 'Broadcasts to every AnyCable server [https://docs.anycable.io/ruby/broadcast_adapters]',
    },
  ],
  // Broadcasts go to one AnyCable server over HTTP, and from it to the others.
  nats: [],
};

const rpcGems: Record<RailsChoices['rpc'], Gem> = {
  http: {
    name: 'anycable-rails-core',
    requirement: '~> 1.6',
    why: 'Channels behind an AnyCable server, which calls them over HTTP [https://docs.anycable.io/rails/getting_started]',
    satisfiedBy: ['anycable-rails'],
  },
  grpc: {
    name: 'anycable-rails',
    requirement: '~> 1.6',
    why: 'Channels behind an AnyCable server, which calls them over gRPC [https://docs.anycable.io/rails/getting_started]',
  },
};

/** What the app needs besides what `rails new` gives it. */
export function gemsFor(choices: RailsChoices, platform: Platform): Gem[] {
  return [
    rpcGems[choices.rpc],
    {
      name: 'anycable-thruster',
      requirement: '~> 0.1',
      why: 'The AnyCable server, prebuilt, as a proxy in front of puma [https://github.com/anycable/thruster]',
      options: ['require: false'],
    },
    {
      name: 'solid_queue',
      requirement: '~> 1.4',
      why: 'Answers are generated in jobs [https://github.com/rails/solid_queue]',
    },
    ...providerGems[choices.provider],
    ...clusterGems[choices.cluster],
    ...pinsFor(choices, platform),
  ];
}

/**
 * Versions whose prebuilt gems an old RubyGems takes. It would compile the newest nokogiri for minutes, and the newest
 * grpc for more than ten.
 */
function pinsFor({ rpc }: RailsChoices, { rubygems, os }: Platform): Gem[] {
  if (os !== 'linux' || isAtLeast(rubygems, knowsGnu)) return [];
  const why = 'Prebuilt for RubyGems before 3.3.22; remove this line once `gem --version` is newer';
  const nokogiri: Gem = { name: 'nokogiri', requirement: '~> 1.17.2', why };
  return rpc === 'grpc' ? [nokogiri, { name: 'grpc', requirement: '1.73.0', why }] : [nokogiri];
}

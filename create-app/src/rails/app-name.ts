import { ExitCode, ScaffoldError } from '../errors.js';

/** https://github.com/rails/rails/blob/main/railties/lib/rails/generators/rails/app/app_generator.rb (RESERVED_NAMES) */
const reserved = new Set(['application', 'destroy', 'plugin', 'runner', 'test']);

/**
 * Constants that are there before the app is, in Ruby, in Rails and in ours: the app's module would be mixed into them.
 * Rails itself notices those that are loaded when it looks.
 */
const constants = new Set(
  (
    'Array BasicObject Binding Class Comparable Complex Data Date Dir Encoding Enumerable Enumerator Errno Exception False ' +
    'Fiber File Float Gem Hash Integer Io Json Kernel Logger Marshal Math Method Module Monitor Mutex Nil Numeric Object ' +
    'Pathname Proc Process Queue Ractor Random Range Rational Regexp Set Signal String Struct Symbol Thread Time True ' +
    'Uri Warning Yaml ' +
    'Rails Rack Rake Bundler Minitest Puma Thor Zeitwerk Turbo Stimulus Importmap Propshaft Sprockets SolidQueue ' +
    'Erb Psych Digest Socket Timeout Tempfile Securerandom Benchmark Bigdecimal ' +
    'ActionCable ActionController ActionDispatch ActionMailbox ActionMailer ActionText ActionView Actioncable ' +
    'ActiveJob ActiveModel ActiveRecord ActiveStorage ActiveSupport Arel AbstractController ' +
    'AnyCable CableChat ApplicationCable AssistantChannel ChatChannel LlmStreamChannel'
  ).split(' '),
);

/** The module that `rails new` makes of a name: `my-app` is MyApp. */
export function moduleName(name: string): string {
  return name
    .split(/[^a-zA-Z0-9]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}

/**
 * Checks what Rails asks of an app's name, besides what every name is checked for.
 * @throws ScaffoldError (usage) that says what is wrong and gives a name that would do
 */
export function validateAppName(name: string): void {
  const problem = findProblem(name);
  if (problem === undefined) return;
  throw new ScaffoldError(ExitCode.usage, `"${name}" cannot be a Rails app's name: ${problem}. Try: my-${name}`);
}

function findProblem(name: string): string | undefined {
  if (/^[0-9]/.test(name)) return 'it begins with a digit, and Ruby names no module so';
  if (reserved.has(name)) return 'Rails keeps that word for itself';
  const module = moduleName(name);
  if (constants.has(module)) return `its module would be ${module}, which Ruby, Rails or the chat has already`;
  return undefined;
}

/** Where an app asks a language model, and where it sends out what comes back. */
import type { App } from './app.js';
import { methodsOf, type Method } from './channels.js';
import { callsIn, chainOf, isCall, keywordsOf, walk, type RubyNode } from './sources/ruby-tree.js';

const modelWord =
  /(^|_|::)(llm|openai|open_ai|anthropic|ruby_?llm|claude|gpt|gemini|ollama|mistral|langchain\w*)($|_|::)/i;
const askWord = /^(chat|ask|stream\w*|complete|completions?|generate\w*|create|call|say|prompt|converse\w*|invoke\w*)$/;

/** A call that asks a model: by its name, by what it is made on, or by ruby-openai's `parameters: {stream:}`. */
export function isModelCall(node: RubyNode, methods: readonly Method[] = []): boolean {
  if (node.kind !== 'call' || !askWord.test(node.name ?? '') || node.receiver === undefined) return false;
  const chain = chainOf(node.receiver);
  if (chain.some((word) => modelWord.test(word))) return true;
  const parameters = keywordsOf(node).get('parameters');
  if (node.name === 'chat' && parameters?.children?.some(({ name }) => name === 'stream' || name === 'messages'))
    return true;
  // `client.chat`, where `def client = OpenAI::Client.new`.
  const own = methods.find(({ name }) => name === chain[0]);
  return (
    own !== undefined && [...walk(own.body)].some(({ kind, name = '' }) => kind === 'const' && modelWord.test(name))
  );
}

/** Sends something to whoever listens: Action Cable's, Turbo's, and methods of the app's own that are named so. */
export const isBroadcast = (node: RubyNode): boolean =>
  node.kind === 'call' && (/^broadcast(_\w+)?[!?]?$/.test(node.name ?? '') || node.name === 'transmit');

/** Turbo's send markup, which knows no positions. */
export const isTurboBroadcast = ({ name = '' }: RubyNode): boolean =>
  /^broadcast_(append|prepend|replace|update|before|after|remove|refresh|render|action)(_later)?(_to)?$/.test(name);

export interface AnswerBroadcast {
  readonly file: string;
  readonly call: RubyNode;
  /** The class that it is in. */
  readonly className: string;
}

/** Every place from which pieces of an answer are broadcast while the model is writing it. */
export function answerBroadcasts({ ruby }: App): AnswerBroadcast[] {
  return ruby.flatMap(({ path, tree }) =>
    [...walk(tree)]
      .filter(({ kind }) => kind === 'class' || kind === 'module')
      .filter(({ children = [] }) => children.some(({ kind, name }) => kind === 'def' || name === 'private'))
      .flatMap((node) => {
        const methods = methodsOf(node.children ?? []);
        return methods
          .flatMap(({ body }) => piecesIn(body, methods))
          .map((call) => ({
            file: path,
            call,
            className: node.name ?? '',
          }));
      }),
  );
}

function piecesIn(body: readonly RubyNode[], methods: readonly Method[]): RubyNode[] {
  const asked = [...walk(body)].filter((node) => isModelCall(node, methods));
  const inBlocks = asked.flatMap((node) => [...walk([...(node.block?.body ?? []), ...(node.args ?? [])])]);
  const named = callsIn(body, 'broadcast', 'broadcast_to', 'transmit').filter(isNamedChunk);
  return [...new Set([...inBlocks.filter(isBroadcast), ...named])];
}

/** `{type: "chunk", …}` */
function isNamedChunk({ args = [] }: RubyNode): boolean {
  const pairs = args.filter(({ kind }) => kind === 'hash').flatMap(({ children = [] }) => children);
  return pairs.some(({ name, value_node }) => name === 'type' && /^(chunk|token|delta)$/.test(value_node?.value ?? ''));
}

/** It does so itself, or by cable-chat's channels. */
export const streamsAnswers = (app: App): boolean =>
  answerBroadcasts(app).length > 0 || app.ruby.some(({ tree }) => callsIn(tree, 'include').some(isCableChat));

const isCableChat = ({ args = [] }: RubyNode): boolean =>
  args.some(({ name = '' }) => name === 'CableChat::ConversationChannel');

/** Programs that wait for another machine. */
export const isHttpCall = (node: RubyNode): boolean =>
  isCall(node, 'get', 'post', 'put', 'patch', 'delete', 'request', 'start', 'get_response', 'post_form') &&
  /^(::)?(Net::HTTP|HTTParty|Faraday|HTTP|Excon|RestClient|Typhoeus)$/.test(node.receiver?.name ?? '');

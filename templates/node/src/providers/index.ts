import { createDemoProvider } from './demo.js';
import type { DemoOptions } from './demo.js';
import { createOpenAIProvider } from './openai.js';
import type { OpenAIOptions } from './openai.js';
import type { Provider } from './provider.js';

export { createDemoProvider } from './demo.js';
export type { DemoOptions } from './demo.js';
export { createOpenAIProvider, DEFAULT_BASE_URL, DEFAULT_MODEL } from './openai.js';
export type { OpenAIOptions } from './openai.js';
export { ProviderConfigurationError, ProviderError } from './provider.js';
export type { AnswerRequest, FinishReason, Provider, ProviderErrorCode, Turn } from './provider.js';

export interface ProviderConfig {
  readonly openai?: OpenAIOptions | undefined;
  readonly demo: DemoOptions;
}

/**
 * The provider that the settings ask for: with a key or an address (many local servers want no key) an
 * OpenAI-compatible one, else the demo model. Throws ProviderConfigurationError.
 */
export function createProvider({ openai, demo }: ProviderConfig): Provider {
  const asked = isGiven(openai?.apiKey) || isGiven(openai?.baseURL);
  return openai !== undefined && asked ? createOpenAIProvider(withoutBlanks(openai)) : createDemoProvider(demo);
}

/** `OPENAI_BASE_URL=` in an env file means: not set. */
function withoutBlanks(options: OpenAIOptions): OpenAIOptions {
  const { apiKey, baseURL, model, ...rest } = options;
  return {
    ...rest,
    ...(isGiven(apiKey) && { apiKey }),
    ...(isGiven(baseURL) && { baseURL }),
    ...(isGiven(model) && { model }),
  };
}

function isGiven(value: string | undefined): value is string {
  return value !== undefined && value.trim() !== '';
}

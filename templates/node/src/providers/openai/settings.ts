import { ProviderConfigurationError } from '../provider.js';

/** Undefined: no key. Throws ProviderConfigurationError, which never shows the key. */
export function readKey(value: string | undefined): string | undefined {
  const key = value?.trim() ?? '';
  if (key === '') return undefined;
  // A header cannot hold anything else, and fetch would quote the whole header, with the key, in its complaint.
  if (/^[\x21-\x7e]+$/.test(key)) return key;
  throw new ProviderConfigurationError(
    'OPENAI_API_KEY has spaces, line breaks or letters that no key has; copy the key again, and nothing else',
  );
}

/** Throws ProviderConfigurationError. */
export function readBaseURL(value: string): URL {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new ProviderConfigurationError(
      `OPENAI_BASE_URL is ${JSON.stringify(value)}; write a whole address, such as http://127.0.0.1:11434/v1`,
    );
  }
  if (url.username !== '' || url.password !== '') {
    throw new ProviderConfigurationError(
      `OPENAI_BASE_URL (${url.host}) has a name or password in it; put the key into OPENAI_API_KEY instead`,
    );
  }
  return url;
}

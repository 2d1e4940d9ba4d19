import { invalid } from '../config.js';
import { ConfigurationError } from '../errors.js';
import type { MarkdownStreamOptions } from '../markdown/stream.js';
import { isScriptable, LINK_PROTOCOLS } from '../markdown/url-policy.js';

/** A list as an attribute has it, parted by blanks, or as code has it. */
export type WrittenList = string | readonly string[] | null | undefined;

/** What the page allows answers to show; nothing here was checked. */
export interface RawAnswerConfig {
  readonly linkProtocols?: WrittenList;
  readonly imageOrigins?: WrittenList;
  readonly highlight?: MarkdownStreamOptions['highlight'] | null;
}

export type AnswerConfig = Pick<MarkdownStreamOptions, 'linkProtocols' | 'imageOrigins' | 'highlight'>;

/**
 * What answers may show beyond what every page allows.
 * @throws ConfigurationError naming the attribute, what is wrong with it and what to write instead.
 */
export function readAnswerConfig({ linkProtocols, imageOrigins, highlight }: RawAnswerConfig): AnswerConfig {
  if (highlight && typeof highlight !== 'function') {
    throw new ConfigurationError('highlight', 'highlight must be a function (code, language) → Promise<Node>.');
  }
  return {
    linkProtocols: listed(linkProtocols, LINK_PROTOCOLS, (written) => {
      const protocol = written.toLowerCase();
      if (/^[a-z][a-z\d+.-]*:$/.test(protocol) && !isScriptable(protocol)) return protocol;
      throw invalid('link-protocols', written, 'names such as https: or tel:, none that can run scripts');
    }),
    imageOrigins: listed(imageOrigins, [], (written) => {
      const url = parsed(written);
      if (url && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`) return url.origin;
      throw invalid('image-origins', written, 'origins such as https://images.example.com');
    }),
    ...(highlight ? { highlight } : {}),
  };
}

function listed(
  value: WrittenList,
  unlessGiven: readonly string[],
  check: (written: string) => string,
): readonly string[] {
  if (value === undefined || value === null) return unlessGiven;
  return (typeof value === 'string' ? value.split(/[\s,]+/).filter(Boolean) : value).map((item) => check(String(item)));
}

function parsed(written: string): URL | undefined {
  try {
    return new URL(written);
  } catch {
    return undefined;
  }
}

import { invalid } from '../config.js';
import { ConfigurationError } from '../errors.js';
import { allowedPlaces, originOf, protocolOf } from '../markdown/allowed-places.js';
import type { WrittenList } from '../markdown/allowed-places.js';
import type { MarkdownStreamOptions } from '../markdown/options.js';

/** What the page allows answers to show; nothing here was checked. */
export interface RawAnswerConfig {
  readonly linkProtocols?: WrittenList | null;
  readonly imageOrigins?: WrittenList | null;
  readonly highlight?: MarkdownStreamOptions['highlight'] | null;
}

export type AnswerConfig = Pick<MarkdownStreamOptions, 'linkProtocols' | 'imageOrigins' | 'highlight'>;

/**
 * What answers may show beyond what every page allows.
 * @throws ConfigurationError naming the attribute, what is wrong with it and what to write instead.
 */
export function readAnswerConfig({ linkProtocols, imageOrigins, highlight }: RawAnswerConfig): AnswerConfig {
  if (highlight && typeof highlight !== 'function') {
    const message = `highlight must be a function (code, language) => Promise<Node>, not ${typeof highlight}.`;
    throw new ConfigurationError('highlight', message);
  }
  const protocols = allowedPlaces(linkProtocols ?? [], protocolOf, (written) => {
    throw invalid('link-protocols', written, 'names such as https: or tel:, none that can run scripts');
  });
  const origins = allowedPlaces(imageOrigins ?? [], originOf, (written) => {
    throw invalid('image-origins', written, 'each origin by itself, such as https://images.example.com');
  });
  return {
    ...(linkProtocols === undefined || linkProtocols === null ? {} : { linkProtocols: protocols }),
    imageOrigins: origins,
    ...(highlight ? { highlight } : {}),
  };
}

/** `cable-chat/markdown`: streaming markdown for any page, without the chat. */
export { MarkdownStream } from './markdown/stream.js';
export type { MarkdownLabels, MarkdownStreamOptions } from './markdown/options.js';
export type { MarkdownStreamStats } from './markdown/stream.js';
export type { Highlight } from './markdown/highlight.js';
export { allowedUrl, LINK_PROTOCOLS, unstatedDestination } from './markdown/url-policy.js';

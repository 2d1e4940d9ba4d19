const LONGEST_MESSAGE = 300;

/** Makes foreign text fit for a log: one line, not endless, without the key (whole, or as OpenAI quotes it, in part). */
export type Redact = (text: string) => string;

export function createRedact(apiKey: string | undefined): Redact {
  return (text) => {
    const withoutKey = apiKey === undefined ? text : text.replaceAll(apiKey, '[key]');
    const line = withoutKey
      .replace(/\bsk-[\w*.…-]+/g, '[key]')
      .replace(/\bBearer\s+\S+/gi, 'Bearer [key]')
      .replace(/[\s\p{Cc}]+/gu, ' ')
      .trim();
    if (/^(?:\d{3} )?<(?:!doctype|html|head|body)/i.test(line)) return '(an HTML page)';
    const characters = Array.from(line);
    return characters.length > LONGEST_MESSAGE ? `${characters.slice(0, LONGEST_MESSAGE).join('')}…` : line;
  };
}

/** The provider's name for a request is shown to visitors, so it must look like one. */
export function cleanRequestId(id: string | null | undefined): string | undefined {
  return id !== null && id !== undefined && /^[\w.:-]{1,128}$/.test(id) ? id : undefined;
}

/** What a page allows answers to link to and to show, as it wrote it → as it is compared. */
import { isScriptable } from './url-policy.js';

/** A list as an attribute has it, parted by blanks, or as code has it. */
export type WrittenList = string | readonly string[];

/** @returns `https:` for `HTTPS:`, or nothing for what is no protocol, or could run scripts. */
export function protocolOf(written: string): string | undefined {
  const protocol = written.toLowerCase();
  return /^[a-z][a-z\d+.-]*:$/.test(protocol) && !isScriptable(protocol) ? protocol : undefined;
}

/** @returns `https://a.example` for `https://a.example/`, or nothing for what is no single origin. */
export function originOf(written: string): string | undefined {
  try {
    const url = new URL(written);
    const isOrigin = /^https?:$/.test(url.protocol) && url.href === `${url.origin}/` && !written.includes('*');
    return isOrigin ? url.origin : undefined;
  } catch {
    return undefined;
  }
}

/** @param refuse throws. */
export function allowedPlaces(
  value: WrittenList,
  read: (written: string) => string | undefined,
  refuse: (written: string) => never,
): readonly string[] {
  const items = typeof value === 'string' ? value.split(/[\s,]+/).filter(Boolean) : [value].flat();
  return items.map((item) => read(String(item)) ?? refuse(String(item)));
}

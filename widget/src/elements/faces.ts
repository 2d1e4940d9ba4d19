/** How those who are here are drawn: as a row of faces, and as a list of names. */
import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { Face } from '../presence/face.js';
import { plural } from '../strings.js';
import type { Strings } from '../strings.js';

/** More names than anybody reads; the rest is a number. */
export const MOST_NAMES = 100;

/** The first ones, and how many more there are. A reader hears names where the others see letters. */
export function faceRow(faces: readonly Face[], count: number, label: string, words: Strings): TemplateResult {
  const more = count - faces.length;
  return html`<ul class="faces" part="faces" role="list" aria-label=${label}>
    ${repeat(faces, idOf, (face) => html`<li>${portrait(face)}${named(face, words, 'visually-hidden')}</li>`)}
    ${
      more > 0
        ? html`<li>
            <span class="more" part="more" aria-hidden="true">+${more.toLocaleString(words.language)}</span>
            <span class="visually-hidden">${plural(words.peopleMore, more, words.language)}</span>
          </li>`
        : nothing
    }
  </ul>`;
}

/** One a line, as far as they are given. */
export function nameList(faces: readonly Face[], count: number, label: string, words: Strings): TemplateResult {
  const more = count - faces.length;
  // Focusable, as it may scroll.
  return html`<ul class="names" role="list" aria-label=${label} tabindex="0">
    ${repeat(faces, idOf, (face) => html`<li>${portrait(face)}${named(face, words)}</li>`)}
    ${more > 0 ? html`<li class="rest">${plural(words.peopleMore, more, words.language)}</li>` : nothing}
  </ul>`;
}

function portrait({ initials, hue }: Face): TemplateResult {
  return html`<span class="face" part="face" data-hue=${hue} aria-hidden="true"><bdi>${initials || '?'}</bdi></span>`;
}

/** Apart from the text around it, whatever direction it reads in. */
function named({ name }: Face, words: Strings, style: 'visually-hidden' | '' = ''): TemplateResult {
  return html`<bdi class=${style}>${name || words.nameless}</bdi>`;
}

function idOf({ id }: Face): string {
  return id;
}

/** How an answer's markdown looks: quiet, roomy, and never wider than its column. */
import { css } from 'lit';

export const markdownStyles = css`
  .markdown {
    line-height: 1.65;
    overflow-wrap: anywhere;
  }

  .markdown > * {
    margin-block: 0.875em;
  }

  .markdown > :first-child,
  .markdown li > :first-child,
  .markdown blockquote > :first-child {
    margin-block-start: 0;
  }

  .markdown > :last-child,
  .markdown li > :last-child,
  .markdown blockquote > :last-child {
    margin-block-end: 0;
  }

  .markdown :is(h1, h2, h3, h4, h5, h6) {
    margin-block: 1.5em 0.5em;
    font-size: 1em;
    font-weight: 650;
    line-height: 1.3;
    text-wrap: balance;
  }

  .markdown h3 {
    font-size: 1.375em;
    letter-spacing: -0.015em;
  }

  .markdown h4 {
    font-size: 1.1875em;
    letter-spacing: -0.01em;
  }

  .markdown h5 {
    font-size: 1.0625em;
  }

  .markdown h6 {
    color: var(--_muted);
  }

  .markdown :is(ul, ol) {
    padding: 0;
  }

  /* On the item, whose direction is its own: the marker hangs where its words begin. */
  .markdown li {
    margin-block: 0.3125em;
    margin-inline-start: 1.5em;
    padding-inline-start: 0.125em;
  }

  .markdown li::marker {
    color: var(--_muted);
  }

  .markdown li > :is(ul, ol) {
    margin-block: 0.3125em;
  }

  .markdown li > p {
    margin-block: 0.5em;
  }

  .markdown li.task {
    list-style: none;
  }

  .markdown li.task input {
    inline-size: 1em;
    block-size: 1em;
    margin: 0;
    margin-inline: -1.5em 0.125em;
    vertical-align: -0.125em;
    accent-color: var(--_accent);
  }

  .markdown a {
    color: var(--_accent);
    text-decoration: underline;
    text-decoration-thickness: from-font;
    text-underline-offset: 0.15em;
    border-radius: 0.125rem;
  }

  .markdown a:hover {
    text-decoration-thickness: 2px;
  }

  .markdown .destination {
    color: var(--_muted);
    font-size: 0.875em;
  }

  .markdown strong {
    font-weight: 650;
  }

  .markdown del {
    color: var(--_muted);
  }

  /* Each in its own direction; an attribute would leave none to what is around them. */
  .markdown :is(th, td, li > p, blockquote :is(p, h3, h4, h5, h6)) {
    unicode-bidi: plaintext;
  }

  .markdown blockquote {
    margin-inline: 0;
    padding-inline-start: 1em;
    border-inline-start: 3px solid var(--_border);
    color: var(--_muted);
  }

  .markdown hr {
    margin-block: 1.75em;
    border: 0;
    border-block-start: 1px solid var(--_border);
  }

  .markdown .raw {
    white-space: pre-wrap;
  }

  .markdown code {
    font-family: var(--_mono);
    font-size: 0.875em;
  }

  .markdown :not(pre) > code {
    padding: 0.125em 0.375em;
    border: 1px solid var(--_border);
    border-radius: 0.375rem;
    background: var(--_code-background);
  }

  .markdown .code {
    margin-inline: 0;
    border: 1px solid var(--_border);
    border-radius: calc(var(--_radius) - 0.25rem);
    background: var(--_code-background);
    overflow: hidden;
  }

  .markdown img {
    max-inline-size: 100%;
    block-size: auto;
  }

  .markdown figcaption {
    display: flex;
    /* What is copied is the code. */
    user-select: none;
    align-items: center;
    justify-content: space-between;
    min-block-size: 2.25rem;
    padding-inline: 1rem 0.375rem;
    color: var(--_muted);
    font-size: 0.8125em;
  }

  .markdown .copy {
    display: grid;
    place-items: center;
    inline-size: 1.875rem;
    block-size: 1.875rem;
    border-radius: 0.5rem;
    color: var(--_muted);
  }

  .markdown .copy:hover {
    background: var(--_hover);
    color: var(--_text);
  }

  /* Two sheets, drawn from borders: the button is made by the markdown leaf, which knows no pictures. */
  .markdown .copy::before,
  .markdown .copy::after {
    grid-area: 1 / 1;
    content: '';
    inline-size: 0.625rem;
    block-size: 0.625rem;
    border: 1.5px solid currentColor;
    border-radius: 0.1875rem;
  }

  .markdown .copy::before {
    translate: -0.125rem -0.125rem;
    mask: linear-gradient(135deg, #000 55%, transparent 55%);
  }

  .markdown .copy::after {
    translate: 0.125rem 0.125rem;
  }

  .markdown .copy[data-state]::before {
    display: none;
  }

  .markdown .copy[data-state='copied']::after {
    inline-size: 0.375rem;
    block-size: 0.75rem;
    border-width: 0 2px 2px 0;
    border-radius: 0;
    translate: 0 -0.0625rem;
    rotate: 45deg;
  }

  .markdown .copy[data-state='failed']::after {
    content: '!';
    inline-size: auto;
    block-size: auto;
    border: 0;
    translate: none;
    color: var(--_danger);
    font-weight: 700;
  }

  .markdown pre {
    margin: 0;
    padding: 0.125rem 1rem 0.875rem;
    overflow-x: auto;
    line-height: 1.55;
    tab-size: 2;
    scrollbar-width: thin;
  }

  .markdown pre:focus-visible,
  .markdown .table:focus-visible {
    outline-offset: -2px;
  }

  .markdown pre code {
    overflow-wrap: normal;
    white-space: pre;
  }

  /* The classes of highlight.js and of Prism. */
  .markdown pre span[class*='comment'] {
    color: var(--_muted);
  }

  .markdown pre span:is([class*='keyword'], [class*='tag'], [class*='selector'], [class*='deletion']) {
    color: var(--cable-chat-code-keyword, light-dark(#b3245e, #ff9db8));
  }

  .markdown pre span:is([class*='string'], [class*='regexp'], [class*='addition']) {
    color: var(--cable-chat-code-string, light-dark(#116329, #8ddb8c));
  }

  .markdown
    pre
    span:is([class*='number'], [class*='literal'], [class*='boolean'], [class*='attr'], [class*='property']) {
    color: var(--cable-chat-code-number, light-dark(#0550ae, #8cc2ff));
  }

  .markdown pre span:is([class*='title'], [class*='function'], [class*='class'], [class*='built_in'], [class*='type']) {
    color: var(--cable-chat-code-title, light-dark(#6639ba, #d2b3ff));
  }

  .markdown .table {
    max-inline-size: 100%;
    inline-size: fit-content;
    /* Stands where its own direction begins. */
    margin-inline-end: auto;
    border: 1px solid var(--_border);
    border-radius: calc(var(--_radius) - 0.25rem);
    overflow-x: auto;
    scrollbar-width: thin;
  }

  .markdown table {
    /* As wide as its words: squeezed into the column, every longer word would change the height of all rows. */
    inline-size: max-content;
    border-collapse: collapse;
    font-size: 0.9375em;
    line-height: 1.45;
    overflow-wrap: break-word;
  }

  .markdown :is(th, td) {
    min-inline-size: 5rem;
    max-inline-size: 16rem;
    padding: 0.5em 0.875em;
    text-align: start;
    vertical-align: top;
  }

  /* Where an answer says so, a column has one edge, whatever its cells are written in. */
  .markdown :is(th, td)[align='left'] {
    text-align: left;
  }

  .markdown :is(th, td)[align='center'] {
    text-align: center;
  }

  .markdown :is(th, td)[align='right'] {
    text-align: right;
    font-variant-numeric: tabular-nums;
  }

  .markdown th {
    background: var(--_code-background);
    font-weight: 600;
    white-space: nowrap;
  }

  .markdown tbody tr {
    border-block-start: 1px solid var(--_border);
  }
`;

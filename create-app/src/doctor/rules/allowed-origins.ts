import { configured, isForProduction, serverSettings } from '../facts.js';
import type { Rule } from '../rule.js';
import { literalOf, walk } from '../sources/ruby-tree.js';

/** `*`, and regular expressions that let everything in. */
const everything = /^(\^|\\A)?(https?\??)?(:?\\?\/?\\?\/?)?\.?[*+](\$|\\z)?$/;

export const allowedOrigins: Rule = {
  name: 'allowed-origins',
  why: "Any site may open the cable with the visitor's cookies then, and hear and say what the visitor could.",
  mend: "config.action_cable.allowed_request_origins with the app's own pages (ANYCABLE_ALLOWED_ORIGINS for the server)",
  find(app) {
    const unprotected = configured(app, 'action_cable', 'disable_request_forgery_protection')
      .filter(({ file, value }) => isForProduction(file) && literalOf(value) === 'true')
      .map(({ file, line }) => ({ file, line, what: 'The origin of connections is not checked in production.' }));
    const open = configured(app, 'action_cable', 'allowed_request_origins')
      .filter(({ file, value }) => isForProduction(file) && value !== undefined)
      .filter(({ value }) => value && [...walk([value])].some((node) => everything.test(node.value ?? '')))
      .map(({ file, line }) => ({ file, line, what: 'Every origin is allowed to connect.' }));
    const server = serverSettings(app, 'allowed_origins')
      .filter(({ value }) => value === '*')
      .map(({ file, line, written }) => ({ file, line, what: `${written} lets every origin connect.` }));
    return [...unprotected, ...open, ...server];
  },
};

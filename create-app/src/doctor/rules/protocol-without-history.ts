import { usesAnyCable } from '../facts.js';
import { insertOption } from '../option-fix.js';
import type { Rule } from '../rule.js';
import { callsOf, importsOf, propertyOf, textOf } from '../sources/script.js';

const extended = /^actioncable-v1-ext-/;

export const protocolWithoutHistory: Rule = {
  name: 'protocol-without-history',
  why: "AnyCable's client asks for what it missed only in the extended protocol. In the default one every reconnect loses whatever was sent meanwhile: measured, 571 of 601 frames in three cuts of 0.6 s.",
  mend: "createCable(url, { protocol: 'actioncable-v1-ext-json' })",
  fixable: true,
  find(app) {
    return app.scripts.flatMap((file) => {
      const imports = importsOf(file);
      return callsOf(file).flatMap(({ name, object, args, line, node }) => {
        const origin = object === undefined ? imports.get(name) : undefined;
        if (origin === undefined || !/^@anycable\/(web|core)$/.test(origin.from)) return [];
        if (origin.name !== 'createCable' && origin.name !== 'createConsumer') return [];
        const options = args.find(({ type }) => type === 'ObjectExpression') ?? args[1];
        const protocol = options === undefined ? undefined : propertyOf(options, 'protocol');
        // What is handed in from elsewhere cannot be told.
        if (protocol === 'unknown') return [];
        const value = textOf(protocol);
        if (protocol !== undefined && (value === undefined || extended.test(value))) return [];
        const what =
          value === undefined
            ? `${name} is called without a protocol, and the default has no history.`
            : `${name} asks for the protocol ${value}, which has no history.`;
        // Only AnyCable's server knows the extended protocol.
        const fix = usesAnyCable(app)
          ? insertOption(file, node, args, protocol, "'actioncable-v1-ext-json'")
          : undefined;
        return [{ file: file.path, line, what, ...(fix ? { fix } : {}) }];
      });
    });
  },
};

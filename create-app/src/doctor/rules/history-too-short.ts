import { streamsAnswers } from '../answers.js';
import type { App } from '../app.js';
import { numberOf, serverSettings } from '../facts.js';
import type { Remark } from '../finding.js';
import type { Rule } from '../rule.js';
import type { Setting } from '../sources/setting.js';

/** An answer of a minute or two, at ten to twenty pieces a second. */
const LEAST_MESSAGES = 1000;
/** Seconds: a phone that is put away and taken out again. */
const LEAST_TTL = 60;

export const historyTooShort: Rule = {
  name: 'history-too-short',
  why: 'A page whose position has fallen out of the history gets nothing of it, and the text between is gone: measured, 476 of 601 frames with a history of 100. Pieces of an answer come 10 to 100 a second.',
  mend: `history_limit of ${LEAST_MESSAGES} or more and history_ttl of ${LEAST_TTL} or more, 300 if the memory allows (ANYCABLE_HISTORY_LIMIT, ANYCABLE_HISTORY_TTL)`,
  fixable: true,
  find(app) {
    const limits = app.settings.filter(
      ({ name, side }) => isLimit(name) && (side !== 'rails' || name.startsWith('streams_')),
    );
    const ttls = serverSettings(app, 'history_ttl');
    return [
      ...limits.flatMap((setting) => below(setting, LEAST_MESSAGES, 'messages', '1000')),
      ...ttls.flatMap((setting) => below(setting, LEAST_TTL, 'seconds', '300')),
      ...(limits.length === 0 ? byDefault(app) : []),
    ];
  },
};

const isLimit = (name: string): boolean => name === 'history_limit' || name === 'streams_history_size';

function below(setting: Setting, least: number, unit: string, better: string): Remark[] {
  const number = numberOf(setting);
  if (number === undefined || number >= least) return [];
  const { file, line, written, range } = setting;
  const fix =
    range && file.endsWith('.toml') ? { fix: { file, start: range[0], end: range[1], replacement: better } } : {};
  return [{ file, line, what: `${written} keeps ${number} ${unit}, which is less than an answer may need.`, ...fix }];
}

/** The server's own default is 100. */
function byDefault(app: App): Remark[] {
  if (!streamsAnswers(app)) return [];
  const broker = serverSettings(app, 'presets', 'broker').find(({ value }) => /broker|memory|nats/.test(value ?? ''));
  return broker === undefined
    ? []
    : [{ file: broker.file, line: broker.line, what: 'No history_limit is set, and the default is 100 messages.' }];
}

import type { Edit } from '../../edits/edit.js';
import { insertion } from '../../edits/insertion.js';
import { replacement } from '../../edits/replacement.js';

const path = 'config/database.yml';
const ours = '<%= ENV.fetch("DB_POOL", 20) %>';

/** A job takes two connections for each answer, and Rails gives a process five. Rails 8.1 has another word for it. */
export const widenPool: Edit = replacement({
  path,
  what: `pool: ${ours}`,
  lines: new Map([
    ['pool: <%= ENV.fetch("RAILS_MAX_THREADS") { 5 } %>', `pool: ${ours}`],
    ['max_connections: <%= ENV.fetch("RAILS_MAX_THREADS") { 5 } %>', `max_connections: ${ours}`],
  ]),
});

/**
 * As Rails 8 does: a transaction that reads before it writes would fail at once while another one writes.
 * https://github.com/rails/rails/pull/50371
 */
export const beginImmediately: Edit = insertion({
  path,
  what: 'default_transaction_mode: immediate',
  lines: ['  default_transaction_mode: immediate'],
  place: (lines) => lines.indexOf('  adapter: sqlite3') + 1 || undefined,
  misplaced: 'it has no line `adapter: sqlite3`',
  isNeedless: (text) => /^[ \t]*default_transaction_mode:/m.test(text),
});

/** Rails 7.2 leaves it open where production's database is, and does not start there. */
export const nameProductionDatabase: Edit = replacement({
  path,
  what: 'production’s database',
  lines: new Map([
    ['# database: path/to/persistent/storage/production.sqlite3', 'database: storage/production.sqlite3'],
  ]),
});

import type { Edit } from '../../edits/edit.js';
import { insertion } from '../../edits/insertion.js';

/** Answers are generated in jobs, which have to outlive the process that got the question. */
export const useSolidQueue: Edit = insertion({
  path: 'config/application.rb',
  what: 'queue_adapter = :solid_queue',
  lines: ['    config.active_job.queue_adapter = :solid_queue'],
  place: (lines) => lines.findIndex((line) => /^\s*config\.load_defaults\b/.test(line)) + 1 || undefined,
  misplaced: 'it has no line `config.load_defaults`; set `config.active_job.queue_adapter` yourself, and try again',
  isNeedless: (text) => /^[ \t]*config\.active_job\.queue_adapter\s*=/m.test(text),
});

/** One process serves and works, where it is told to: bin/dev does. Rails 8 writes the same line. */
export const workInPuma: Edit = insertion({
  path: 'config/puma.rb',
  what: 'plugin :solid_queue',
  lines: ['plugin :solid_queue if ENV["SOLID_QUEUE_IN_PUMA"]'],
  place: (lines) => lines.length,
  misplaced: 'no place for it was found',
  isNeedless: (text) => /^[ \t]*plugin[ (]:solid_queue\b/m.test(text),
});

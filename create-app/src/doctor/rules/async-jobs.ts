import { answerBroadcasts } from '../answers.js';
import type { App } from '../app.js';
import { configured, hasGem, isForProduction } from '../facts.js';
import type { Remark } from '../finding.js';
import type { Rule } from '../rule.js';
import { literalOf } from '../sources/ruby-tree.js';

export const asyncJobs: Rule = {
  name: 'async-jobs',
  why: 'The adapters :async and :inline run jobs inside the web process: a deploy or a crash takes the answer with it, and nothing runs it again.',
  mend: 'config.active_job.queue_adapter = :solid_queue (or whatever the app runs) in config/environments/production.rb',
  find(app) {
    const assigned = configured(app, 'active_job', 'queue_adapter').filter(({ file }) => isForProduction(file));
    // The environment's own has the last word.
    const production = assigned.filter(({ file }) => file.endsWith('/production.rb'));
    const inForce = production.length > 0 ? production : assigned;
    if (inForce.length === 0) return byDefault(app);
    return inForce
      .filter(({ value }) => ['async', 'inline'].includes(literalOf(value) ?? ''))
      .map(({ file, line, value }) => ({ file, line, what: `Jobs run by :${literalOf(value)} in production.` }));
  },
};

/** Rails' default is :async; an app of Rails 8 has Solid Queue in its production.rb. */
function byDefault(app: App): Remark[] {
  const backend = /^(solid_queue|sidekiq|resque|delayed_job\w*|good_job|que|queue_classic|sneakers|shoryuken)$/;
  const job = answerBroadcasts(app).find(({ file }) => /(^|\/)jobs\//.test(file));
  if (job === undefined || hasGem(app, backend)) return [];
  const { file, call } = job;
  return [
    { file, line: call.line, what: 'This job streams an answer, and no queue adapter is set: the default is :async.' },
  ];
}

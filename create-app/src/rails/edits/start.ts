import { edited, problem, type Edit } from '../../edits/edit.js';
import { insertion } from '../../edits/insertion.js';
import { bare, splitLines } from '../../edits/lines.js';

const server = /^(web:.*?)(?:\bbundle exec )?(?:\.?\/?bin\/)?(?:rails (?:s|server)\b|puma\b.*)(.*)$/;

/** The AnyCable server goes in front of the app's own: https://github.com/anycable/thruster */
export const serveBehindThrust: Edit = {
  path: 'Procfile.dev',
  what: 'web: bin/thrust',
  apply(text) {
    let found = false;
    const lines = splitLines(text).map((line) => {
      const content = bare(line);
      if (/^web:.*\bbin\/thrust\b/.test(content)) found = true;
      const [, before, after] = server.exec(content) ?? [];
      if (found || before === undefined || after === undefined) return line;
      found = true;
      // Which port and address Puma gets behind it is the proxy's affair.
      const rest = after.replace(/\s+(-p|--port)[ =]\S+/, '').replace(/\s+(-b|--binding)[ =]\S+/, '');
      return `${before}bin/thrust bin/rails server -b 127.0.0.1${rest}${line.slice(content.length)}`;
    });
    return found
      ? edited(lines.join(''))
      : problem(
          'it has no line `web: bin/rails server`; put `bin/thrust` before the command that serves, and try again',
        );
  },
  // The hunk that is noted for each edit takes it back.
  revert: edited,
};

/** Answers are generated there. */
export const workBeside: Edit = insertion({
  path: 'Procfile.dev',
  what: 'jobs: bin/jobs',
  lines: ['jobs: bin/jobs'],
  place: (lines) => lines.length,
  misplaced: 'no place for it was found',
  isNeedless: (text) => /\bbin\/jobs\b/.test(text),
});

/** Rails 8 writes a bin/dev of one line. */
export const startBehindThrust: Edit = {
  path: 'bin/dev',
  what: 'bin/thrust, with the jobs inside Puma',
  apply(text) {
    if (/\bthrust\b/.test(text)) return edited(text);
    let found = false;
    const lines = splitLines(text).map((line) => {
      const content = bare(line);
      if (!/^exec "\.?\/?bin\/rails", "server", \*ARGV$/.test(content)) return line;
      found = true;
      const end = line.slice(content.length) || '\n';
      return (
        `ENV["SOLID_QUEUE_IN_PUMA"] ||= "1"${end}` +
        `exec "./bin/thrust", "./bin/rails", "server", "-b", "127.0.0.1", *ARGV${line.slice(content.length)}`
      );
    });
    return found
      ? edited(lines.join(''))
      : problem(
          'it is your own: have it start `bin/thrust bin/rails server -b 127.0.0.1` and, for the jobs, `bin/jobs`; then say so in it with the word thrust, and try again',
        );
  },
  revert: edited,
};

import type { App } from '../app.js';
import type { Fix } from '../finding.js';
import type { Rule } from '../rule.js';
import type { Setting } from '../sources/setting.js';

/** What the server reads, and Rails does not. */
const serverOnly: Readonly<Record<string, string>> = {
  streams_history_size: 'ANYCABLE_HISTORY_LIMIT',
  streams_history_limit: 'ANYCABLE_HISTORY_LIMIT',
  streams_history_ttl: 'ANYCABLE_HISTORY_TTL',
  history_size: 'ANYCABLE_HISTORY_LIMIT',
  history_limit: 'ANYCABLE_HISTORY_LIMIT',
  history_ttl: 'ANYCABLE_HISTORY_TTL',
  sessions_ttl: 'ANYCABLE_SESSIONS_TTL',
  presence_ttl: 'ANYCABLE_PRESENCE_TTL',
  presets: 'ANYCABLE_PRESETS',
  broker: 'ANYCABLE_BROKER',
  pubsub: 'ANYCABLE_PUBSUB',
  public_streams: 'ANYCABLE_PUBLIC_STREAMS',
  streams_whisper: 'ANYCABLE_STREAMS_WHISPER',
  max_pending_size: 'ANYCABLE_WS_MAX_PENDING_SIZE',
  allowed_origins: 'ANYCABLE_ALLOWED_ORIGINS',
};

export const serverSettingsInRails: Rule = {
  name: 'server-settings-in-rails',
  why: "config/anycable.yml is Rails' side. What belongs to the AnyCable server has no effect there, and no warning says so.",
  mend: "Set it where the server is started, by the variable that is named, or in the server's anycable.toml",
  fixable: true,
  find(app) {
    return app.settings
      .filter(({ file, name }) => file === 'config/anycable.yml' && name in serverOnly)
      .map((setting) => ({
        file: setting.file,
        line: setting.line,
        what: `${setting.written} is no setting of Rails: it has no effect here.`,
        mend: `${serverOnly[setting.name]} in the server's environment, or its anycable.toml`,
        ...commentOut(app, setting),
      }));
  },
};

/** A line that does nothing, as a comment. One that goes on below is left to its author. */
function commentOut({ texts }: App, { file, entry }: Setting): { readonly fix: Fix } | undefined {
  const text = texts.get(file) ?? '';
  if (entry === undefined || text.slice(...entry).includes('\n')) return undefined;
  const start = entry[0];
  // Inside braces, a comment would end what follows.
  const before = text.slice(text.lastIndexOf('\n', start - 1) + 1, start);
  return before.trim() === '' ? { fix: { file, start, end: start, replacement: '# ' } } : undefined;
}

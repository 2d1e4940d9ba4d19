import type { Edit } from '../../edits/edit.js';
import type { RenderedFile } from '../../render.js';
import { isAtLeast, findVersion } from '../../version.js';
import type { RailsChoices, RailsPart } from '../choices.js';
import { unbatch } from '../edits/anycable-yml.js';
import { useAnyCable } from '../edits/cable-yml.js';
import { identifyVisitor } from '../edits/connection.js';
import { beginImmediately, widenPool } from '../edits/database-yml.js';
import { declareGem } from '../edits/gemfile.js';
import { pinWidgetLazily } from '../edits/importmap.js';
import { useSolidQueue, workInPuma } from '../edits/jobs.js';
import { yieldHead } from '../edits/layout.js';
import { drawRoutes } from '../edits/routes.js';
import { serveBehindThrust, startBehindThrust, workBeside } from '../edits/start.js';
import { gemsFor } from '../gems.js';
import { FOR_OWN_CONNECTIONS, type Overlay } from '../overlay.js';
import { renderRails, WIDGET_PATH } from '../template.js';
import type { AppFacts } from './facts.js';
import { completeIdentity } from './identity.js';

/** What was found and chosen when the chat first came into an app; kept in the manifest, and the same ever after. */
export interface Setup {
  readonly facts: AppFacts;
  readonly choices: RailsChoices;
  readonly skipped: readonly RailsPart[];
}

export interface IntoOptions extends Setup {
  /** Every file of the template. */
  readonly template: readonly RenderedFile[];
  readonly widget: Buffer;
  readonly migrations: ReadonlyMap<string, string>;
  readonly hasFile: (path: string) => boolean;
}

/** How an app is deployed is its owner's: the chat's guide tells what it needs. The environment's example goes with it. */
const deployment = /^(Procfile|compose(\.override)?\.yml|\.env\.example|test\/system\/.*)$/;
/** An AnyCable server in front of Puma, and Rails' side of it; not where the app has its own. */
const server =
  /^(anycable\.toml|bin\/thrust|bin\/dev|Procfile\.dev|config\/anycable\.yml|config\/anycable_secret\.rb)$/;
const queue = /^(bin\/jobs|config\/(queue|recurring)\.yml|db\/migrate\/\d+_create_solid_queue\.rb)$/;
/** Tests of what is the app's own here: its connection, its settings, its first page and who may see it. */
const ownTests =
  /^test\/(channels\/application_cable|integration\/cable_chat)\/|^test\/controllers\/cable_chat\/(chats_controller|guests)_test\.rb$/;
const startFiles = /^(bin\/dev|Procfile\.dev)$/;
const connection = 'app/channels/application_cable/connection.rb';
const baseChannel = 'app/channels/application_cable/channel.rb';

const IDENTITY = 'app/models/cable_chat/identity.rb';
const ROUTES = 'config/routes/cable_chat.rb';
const INITIALIZER = 'config/initializers/cable_chat.rb';
const CSS = 'app/assets/stylesheets/cable_chat.css';
const ASSISTANT = 'app/channels/assistant_channel.rb';

/** What the chat adds to an app that is there already: no more than it needs, and nothing in the place of the app's own. */
export function overlayInto(options: IntoOptions): Overlay {
  const { facts, choices, skipped, template, widget, migrations, hasFile } = options;
  const rails = findVersion(facts.rails) ?? [7, 0];
  const parts = new Set(facts.tests === 'minitest' ? skipped : [...skipped, 'test' as const]);
  const ours = { server: facts.anycable === null, queue: facts.jobs === null };
  const taken = (name: AppFacts['taken'][number]): boolean => facts.taken.includes(name);

  const isLeftOut = (path: string): boolean =>
    deployment.test(path) ||
    ownTests.test(path) ||
    (!ours.server && server.test(path)) ||
    (!ours.queue && queue.test(path)) ||
    (startFiles.test(path) && facts.start !== 'none') ||
    (path === connection && hasFile(connection)) ||
    (path === FOR_OWN_CONNECTIONS && !hasFile(connection)) ||
    (taken('AssistantChannel') && path === 'test/channels/assistant_channel_test.rb') ||
    (taken('ChatChannel') && /(^|\/)chat_channel(_test)?\.rb$/.test(path)) ||
    (taken('LlmStreamChannel') && /(^|\/)llm_stream_channel(_test)?\.rb$/.test(path));

  const rendered = renderRails(template, { choices, skipped: parts, widget, migrations });
  const files = rendered.filter(({ path }) => !isLeftOut(path)).map((file) => adapt(file, facts));
  if (!hasFile(connection) && !hasFile(baseChannel)) files.push(text(baseChannel, BASE_CHANNEL));

  const gems = gemsFor(choices, { rubygems: [99], os: 'linux' }).filter(
    ({ name }) =>
      (ours.server || !name.startsWith('anycable-')) && (ours.queue || name !== 'solid_queue') && name !== 'redis',
  );
  const edits: Edit[] = [
    ...gems.map(declareGem),
    drawRoutes,
    useAnyCable,
    ...(ours.server ? [] : [unbatch]),
    ...(ours.queue ? [useSolidQueue, workInPuma, widenPool] : []),
    ...(facts.database === 'sqlite3' && !isAtLeast(rails, [8, 0]) ? [beginImmediately] : []),
    identifyVisitor,
    yieldHead,
    pinWidgetLazily,
    ...(ours.server && facts.start === 'procfile' ? [serveBehindThrust] : []),
    ...(ours.queue && facts.start === 'procfile' ? [workBeside] : []),
    ...(ours.server && facts.start === 'script' ? [startBehindThrust] : []),
  ];
  // What is not there needs no edit: another way to JavaScript, a layout in another language, a connection that is ours.
  const optional = new Set(
    [pinWidgetLazily, yieldHead, identifyVisitor, workInPuma, beginImmediately].map((e) => e.path),
  );
  const possible = edits.filter(({ path }) => !optional.has(path) || hasFile(path));
  return { files: files.filter(({ path }) => !possible.some((edit) => edit.path === path)), edits: possible };
}

/** A file of the template, made to fit this app. */
function adapt(file: RenderedFile, facts: AppFacts): RenderedFile {
  switch (file.path) {
    case IDENTITY:
      return text(file.path, completeIdentity(file.content.toString(), facts.auth));
    case ROUTES:
      return facts.taken.includes('/chat') ? text(file.path, replace(file, 'get "chat"', 'get "cable_chat"')) : file;
    case ASSISTANT:
      return facts.taken.includes('AssistantChannel')
        ? text(
            'app/channels/cable_chat/assistant_channel.rb',
            replace(file, 'class AssistantChannel', 'class CableChat::AssistantChannel'),
          )
        : file;
    case INITIALIZER:
      return facts.taken.includes('AssistantChannel')
        ? text(
            file.path,
            replace(file, /^( *)# config\.system_prompt/m, '$1config.channel = "CableChat::AssistantChannel"\n$&'),
          )
        : file;
    case WIDGET_PATH:
      return facts.assets === 'none' ? { ...file, path: 'public/javascripts/cable-chat.js' } : file;
    case CSS:
      return facts.assets === 'none' ? { ...file, path: 'public/stylesheets/cable_chat.css' } : file;
    default:
      return file;
  }
}

const text = (path: string, content: string): RenderedFile => ({ path, content: Buffer.from(content), mode: 0o644 });

function replace({ content }: RenderedFile, before: string | RegExp, after: string): string {
  return content.toString().replace(before, after);
}

const BASE_CHANNEL = `module ApplicationCable
  class Channel < ActionCable::Channel::Base
  end
end
`;

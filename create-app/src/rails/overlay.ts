import type { Edit } from '../edits/edit.js';
import { plan, type Existing, type OnConflict, type Plan } from '../plan.js';
import type { RenderedFile } from '../render.js';
import { isAtLeast, type Version } from '../version.js';
import type { RailsChoices, RailsPart } from './choices.js';
import { useAnyCable } from './edits/cable-yml.js';
import { beginImmediately, nameProductionDatabase, widenPool } from './edits/database-yml.js';
import { declareGem } from './edits/gemfile.js';
import { ignoreEnv, keepEnvExample } from './edits/gitignore.js';
import { pinWidget } from './edits/importmap.js';
import { useSolidQueue, workInPuma } from './edits/jobs.js';
import { drawRoot, drawRoutes } from './edits/routes.js';
import { gemsFor, type Platform } from './gems.js';
import { renderRails } from './template.js';

/** What the chat adds to a Rails app. */
export interface Overlay {
  readonly files: readonly RenderedFile[];
  readonly edits: readonly Edit[];
}

export interface OverlayOptions {
  readonly choices: RailsChoices;
  readonly skipped: ReadonlySet<RailsPart>;
  readonly platform: Platform & { readonly rails: Version };
  /** Every file of the template. */
  readonly template: readonly RenderedFile[];
  readonly widget: Buffer;
  readonly migrations: ReadonlyMap<string, string>;
}

/** Files without which there is nothing to edit: there is no repository, or another way to JavaScript. */
const optional = new Set([ignoreEnv.path, pinWidget.path]);

/** What makes an app's own connection one of the chat's; a new app has the chat's own. */
export const FOR_OWN_CONNECTIONS = 'app/channels/concerns/cable_chat/identified_visitor.rb';

export function overlayFor({ choices, skipped, platform, template, widget, migrations }: OverlayOptions): Overlay {
  const isOldSqlite = choices.database === 'sqlite3' && !isAtLeast(platform.rails, [8, 0]);
  const edits = [
    ...gemsFor(choices, platform).map(declareGem),
    drawRoutes,
    drawRoot,
    useAnyCable,
    useSolidQueue,
    workInPuma,
    widenPool,
    ...(isOldSqlite ? [beginImmediately, nameProductionDatabase] : []),
    pinWidget,
    ignoreEnv,
    keepEnvExample,
  ];
  const edited = new Set(edits.map(({ path }) => path));
  const files = renderRails(template, { choices, skipped, widget, migrations });
  return { files: files.filter(({ path }) => !edited.has(path) && path !== FOR_OWN_CONNECTIONS), edits };
}

/** The same plan for an app that was made a moment ago and for one that is years old. */
export function planOverlay(
  { files, edits }: Overlay,
  existing: (path: string) => Existing,
  entries: readonly string[],
  onConflict: OnConflict,
): Plan {
  const possible = edits.filter(({ path }) => !optional.has(path) || existing(path).kind !== 'nothing');
  return plan(files, existing, entries, onConflict, possible);
}

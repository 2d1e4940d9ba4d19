import { applyEdits, type Edit } from './edits/edit.js';
import type { RenderedFile } from './render.js';

/** What to do with a file that is there already and differs. */
export type OnConflict = 'refuse' | 'force' | 'skip';

/** What is found where a file shall be. */
export type Existing =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'file'; readonly content: Buffer; readonly mode: number }
  /** A folder, a link or a device: never replaced, whatever was asked for. `at` may be one of the file's folders. */
  | { readonly kind: 'obstacle'; readonly at: string; readonly what: string };

/** Thor's words, which Rails developers know: https://github.com/rails/thor/wiki/Actions */
export type PlannedFile =
  | { readonly action: 'create' | 'identical' | 'force'; readonly file: RenderedFile }
  /** `why` where it is not the user's choice of this run. */
  | { readonly action: 'skip'; readonly file: RenderedFile; readonly why?: string }
  /** A file of ours that nobody changed since: another version of it, or none any more. */
  | { readonly action: 'update' | 'remove'; readonly file: RenderedFile }
  /** A file of the user's that gets small changes; `file` has them already. */
  | { readonly action: 'edit'; readonly file: RenderedFile; readonly what: string }
  | { readonly action: 'conflict'; readonly file: RenderedFile; readonly why: string };

export interface Plan {
  readonly files: readonly PlannedFile[];
  /** What is in the folder besides the conflicts, when that is a reason not to write into it. */
  readonly occupants: readonly string[];
}

/** What a new repository or a file manager leaves in a folder that its owner calls empty. */
const harmless = new Set(['.git', '.DS_Store', 'Thumbs.db']);

export function isHarmless(entry: string): boolean {
  return harmless.has(entry);
}

/**
 * Decides for every file what will happen; touches nothing.
 *
 * A folder that is not empty is refused as a whole, unless the user chose what to do. Only a second
 * run over an app that nobody changed finds everything identical and is welcome, whatever was installed since.
 *
 * @param existing what is at a path now
 * @param entries what the target folder holds; empty when there is none
 * @param edits changes of files that are there already, those of one file in their order
 */
export function plan(
  rendered: readonly RenderedFile[],
  existing: (path: string) => Existing,
  entries: readonly string[],
  onConflict: OnConflict,
  edits: readonly Edit[] = [],
): Plan {
  const files = [
    ...rendered.map((file) => planFile(file, existing(file.path), onConflict)),
    ...[...new Set(edits.map(({ path }) => path))].map((path) =>
      planEdits(
        path,
        edits.filter((edit) => edit.path === path),
        existing(path),
      ),
    ),
  ];
  const isDone = files.every(({ action }) => action === 'identical');
  const listed = new Set(files.filter(({ action }) => action === 'conflict').map(({ file }) => file.path));
  const isWelcome = onConflict !== 'refuse' || isDone;
  const occupants = isWelcome ? [] : entries.filter((name) => !isHarmless(name) && !listed.has(name)).sort();
  return { files, occupants };
}

function planFile(file: RenderedFile, found: Existing, onConflict: OnConflict): PlannedFile {
  switch (found.kind) {
    case 'nothing':
      return { action: 'create', file };
    case 'obstacle':
      return { action: 'conflict', file, why: `${found.at} is ${found.what}` };
    case 'file':
      if (found.content.equals(file.content)) return { action: 'identical', file };
      return onConflict === 'refuse' ? { action: 'conflict', file, why: 'it differs' } : { action: onConflict, file };
  }
}

/** An edit is no conflict, whatever else is in the file: it changes its own lines only. */
function planEdits(path: string, edits: readonly Edit[], found: Existing): PlannedFile {
  const conflict = (why: string): PlannedFile => ({
    action: 'conflict',
    file: { path, content: Buffer.alloc(0), mode: 0o644 },
    why,
  });
  switch (found.kind) {
    case 'nothing':
      return conflict('it is not there, and should be edited');
    case 'obstacle':
      return conflict(`${found.at} is ${found.what}`);
    case 'file': {
      const text = found.content.toString('utf8');
      if (!Buffer.from(text).equals(found.content)) return conflict('it is not UTF-8');
      const result = applyEdits(edits, text);
      if (result.kind === 'problem') return conflict(result.why);
      const file = { path, content: Buffer.from(result.text), mode: found.mode };
      if (result.text === text) return { action: 'identical', file };
      const made = edits.filter((edit) => isNews(edit, text)).map(({ what }) => what);
      return { action: 'edit', file, what: made.join(', ') };
    }
  }
}

function isNews(edit: Edit, text: string): boolean {
  const result = edit.apply(text);
  return result.kind === 'text' && result.text !== text;
}

/** Whether something is written, moved or removed for it. */
export function isChange({ action }: PlannedFile): boolean {
  switch (action) {
    case 'create':
    case 'force':
    case 'edit':
    case 'update':
    case 'remove':
      return true;
    case 'identical':
    case 'skip':
    case 'conflict':
      return false;
  }
}

/** Whether the plan may be carried out. */
export function isFeasible({ files, occupants }: Plan): boolean {
  return occupants.length === 0 && !files.some(({ action }) => action === 'conflict');
}

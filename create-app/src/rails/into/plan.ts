import type { Edit } from '../../edits/edit.js';
import { hunksOf, revertHunks, type Hunk } from '../../edits/hunks.js';
import type { Manifest, RecordedEdit, RecordedFile } from '../../manifest.js';
import type { Existing, OnConflict, PlannedFile } from '../../plan.js';
import type { RenderedFile } from '../../render.js';
import type { Overlay } from '../overlay.js';

export interface IntoPlan {
  readonly files: readonly PlannedFile[];
  /** What the manifest has to say of it afterwards. */
  readonly record: Pick<Manifest, 'files' | 'edits'>;
}

export interface IntoPlanning {
  readonly overlay: Overlay;
  /** Of the last run; undefined: the chat is new here. */
  readonly manifest: Manifest | undefined;
  readonly existing: (path: string) => Existing;
  readonly onConflict: (path: string) => OnConflict;
  readonly digest: (content: Buffer) => string;
}

/**
 * Decides for every file what happens; touches nothing. What nobody changed since the last run follows the template, what
 * somebody changed stays, and only where both changed is there a conflict.
 */
export function planInto(planning: IntoPlanning): IntoPlan {
  const { overlay, manifest, existing, onConflict, digest } = planning;
  const files: PlannedFile[] = [];
  const recorded: Record<string, RecordedFile> = {};
  for (const file of overlay.files) {
    const last = manifest?.files[file.path];
    const planned = planFile(file, existing(file.path), last, onConflict(file.path), digest);
    files.push(planned);
    const note = noteOf(planned, last, existing(file.path), digest);
    if (note !== undefined) recorded[file.path] = note;
  }
  const wanted = new Set(overlay.files.map(({ path }) => path));
  for (const [path, last] of Object.entries(manifest?.files ?? {})) {
    if (!wanted.has(path)) files.push(...planSurplus(path, last, existing(path), digest));
  }
  const edits = planAllEdits(planning);
  return { files: [...files, ...edits.files], record: { files: recorded, edits: edits.recorded } };
}

function planFile(
  file: RenderedFile,
  found: Existing,
  last: RecordedFile | undefined,
  onConflict: OnConflict,
  digest: IntoPlanning['digest'],
): PlannedFile {
  const isSettled = last?.sha256 === digest(file.content) && onConflict !== 'force';
  switch (found.kind) {
    case 'nothing':
      return isSettled ? { action: 'skip', file, why: 'you removed it' } : { action: 'create', file };
    case 'obstacle':
      return { action: 'conflict', file, why: `${found.at} is ${found.what}` };
    case 'file':
      if (found.content.equals(file.content)) return { action: 'identical', file };
      if (isSettled) return { action: 'skip', file, why: 'yours' };
      if (isReadOnly(found)) return { action: 'conflict', file, why: readOnly };
      if (last?.sha256 === digest(found.content) && last.kept === undefined) return { action: 'update', file };
      return onConflict === 'refuse' ? { action: 'conflict', file, why: 'it differs' } : { action: onConflict, file };
  }
}

/** Moving another file into its place would work, and is not what its owner meant. */
const readOnly = 'it is read-only; make it writable (chmod u+w), and try again';
const isReadOnly = ({ mode }: { readonly mode: number }): boolean => (mode & 0o200) === 0;

function noteOf(
  planned: PlannedFile,
  last: RecordedFile | undefined,
  found: Existing,
  digest: IntoPlanning['digest'],
): RecordedFile | undefined {
  const sha256 = digest(planned.file.content);
  switch (planned.action) {
    case 'create':
    case 'update':
      return { ...last, sha256 };
    case 'force':
      // What was ours already is nobody's loss.
      return last === undefined && found.kind === 'file'
        ? { sha256, replaced: found.content.toString('base64') }
        : { sha256, ...(last?.replaced === undefined ? {} : { replaced: last.replaced }) };
    case 'skip':
      return last === undefined ? { sha256, kept: true } : { ...last, sha256 };
    // What is identical without a note of ours was there before us, and is not ours to remove.
    default:
      return last;
  }
}

/** A file that the template had and has no more. */
function planSurplus(path: string, last: RecordedFile, found: Existing, digest: IntoPlanning['digest']): PlannedFile[] {
  if (found.kind !== 'file' || last.kept !== undefined) return [];
  const file = { path, content: found.content, mode: found.mode };
  return digest(found.content) === last.sha256
    ? [{ action: 'remove', file }]
    : [{ action: 'skip', file, why: 'needed no more, and changed by you' }];
}

function planAllEdits({ overlay, manifest, existing, onConflict }: IntoPlanning) {
  const last = manifest?.edits ?? [];
  const paths = new Set([...overlay.edits, ...last].map(({ path }) => path));
  const files: PlannedFile[] = [];
  const recorded: RecordedEdit[] = [];
  for (const path of paths) {
    const known = last.filter((edit) => edit.path === path);
    const edits = overlay.edits.filter((edit) => edit.path === path);
    const result = planEdits(path, edits, known, existing(path), onConflict(path));
    if (result.planned !== undefined) files.push(result.planned);
    recorded.push(...result.recorded);
  }
  return { files, recorded };
}

interface PlannedEdits {
  readonly planned: PlannedFile | undefined;
  readonly recorded: readonly RecordedEdit[];
}

function planEdits(
  path: string,
  edits: readonly Edit[],
  known: readonly RecordedEdit[],
  found: Existing,
  onConflict: OnConflict,
): PlannedEdits {
  const blank = { path, content: Buffer.alloc(0), mode: 0o644 };
  // No option replaces a file that should be edited: it is edited, or it is left to the user.
  const stopped = (why: string, file: RenderedFile = blank): PlannedEdits => ({
    planned: onConflict === 'skip' ? { action: 'skip', file, why } : { action: 'conflict', file, why },
    recorded: known,
  });
  if (found.kind === 'nothing') {
    return edits.length === 0 ? { planned: undefined, recorded: [] } : stopped('it is not there, and should be edited');
  }
  if (found.kind === 'obstacle') return stopped(`${found.at} is ${found.what}`);
  const text = found.content.toString('utf8');
  const file = { path, content: found.content, mode: found.mode };
  if (!Buffer.from(text).equals(found.content)) return stopped('it is not UTF-8', file);

  let now = text;
  const made: string[] = [];
  const recorded: RecordedEdit[] = [];
  for (const old of known.filter(({ what }) => !edits.some((edit) => edit.what === what)).toReversed()) {
    const reverted = revertHunks(now, old.hunks);
    if (reverted === undefined) continue;
    now = reverted;
    made.push(`without ${old.what}`);
  }
  for (const edit of edits) {
    const old = known.find(({ what }) => what === edit.what);
    const step = planEdit(edit, old, now);
    if (typeof step === 'string') return stopped(step, file);
    if (step.text !== now) made.push(edit.what);
    now = step.text;
    if (step.hunks.length > 0) recorded.push({ path, what: edit.what, hunks: step.hunks });
  }
  if (now === text) return { planned: { action: 'identical', file }, recorded };
  if (isReadOnly(found)) return stopped(readOnly, file);
  return {
    planned: { action: 'edit', file: { ...file, content: Buffer.from(now) }, what: made.join(', ') },
    recorded,
  };
}

/** @returns why it cannot be made, or the text with it, and what of that is ours */
function planEdit(
  edit: Edit,
  old: RecordedEdit | undefined,
  text: string,
): string | { readonly text: string; readonly hunks: readonly Hunk[] } {
  const without = old === undefined ? undefined : revertHunks(text, old.hunks);
  if (old !== undefined && without !== undefined) {
    const renewed = edit.apply(without);
    if (renewed.kind === 'problem') return { text, hunks: old.hunks };
    const hunks = hunksOf(without, renewed.text);
    // The same change is left where it is, also where the user moved it to.
    return addedBy(hunks) === addedBy(old.hunks) ? { text, hunks: old.hunks } : { text: renewed.text, hunks };
  }
  const result = edit.apply(text);
  if (result.kind === 'problem') return result.why;
  return { text: result.text, hunks: result.text === text ? (old?.hunks ?? []) : hunksOf(text, result.text) };
}

const addedBy = (hunks: readonly Hunk[]): string => JSON.stringify(hunks.map(({ added }) => added));

/** Everything out again that is as it was written; what somebody changed stays, and is told. */
export function planRevoke(
  manifest: Manifest,
  existing: (path: string) => Existing,
  digest: IntoPlanning['digest'],
): PlannedFile[] {
  const files = Object.entries(manifest.files).flatMap(([path, last]): PlannedFile[] => {
    const found = existing(path);
    if (found.kind !== 'file' || last.kept !== undefined) return [];
    const file = { path, content: found.content, mode: found.mode };
    if (digest(found.content) !== last.sha256) return [{ action: 'skip', file, why: 'you changed it' }];
    if (last.replaced === undefined) return [{ action: 'remove', file }];
    return [{ action: 'update', file: { ...file, content: Buffer.from(last.replaced, 'base64') } }];
  });
  const edited = [...new Set(manifest.edits.map(({ path }) => path))].flatMap((path) => {
    const edits = manifest.edits.filter((edit) => edit.path === path);
    return revertEditsOf(path, edits, existing(path));
  });
  return [...files, ...edited];
}

function revertEditsOf(path: string, edits: readonly RecordedEdit[], found: Existing): PlannedFile[] {
  if (found.kind !== 'file') return [];
  const file = { path, content: found.content, mode: found.mode };
  const text = found.content.toString('utf8');
  let now = text;
  const out: string[] = [];
  const left: string[] = [];
  for (const { what, hunks } of edits.toReversed()) {
    const reverted = revertHunks(now, hunks);
    if (reverted === undefined) left.push(what);
    else {
      now = reverted;
      out.push(what);
    }
  }
  const remark = left.length === 0 ? '' : `you changed it: ${left.join(', ')}`;
  if (now === text) return [{ action: 'skip', file, why: remark }];
  if (isReadOnly(found)) return [{ action: 'conflict', file, why: readOnly }];
  const what = `without ${out.toReversed().join(', ')}${remark === '' ? '' : `; ${remark}`}`;
  return [{ action: 'edit', file: { ...file, content: Buffer.from(now) }, what }];
}

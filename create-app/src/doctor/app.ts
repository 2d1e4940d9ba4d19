import type { RubyFile } from './sources/ruby-tree.js';
import type { ScriptFile } from './sources/script.js';
import type { Setting } from './sources/setting.js';
import type { ComposeService, ProcfileLine } from './sources/settings.js';
import type { YamlTree } from './sources/yaml.js';

/** What of an app the rules see. */
export interface App {
  /** Every text that was read, by path. */
  readonly texts: ReadonlyMap<string, string>;
  readonly ruby: readonly RubyFile[];
  readonly scripts: readonly ScriptFile[];
  readonly settings: readonly Setting[];
  readonly compose: readonly ComposeService[];
  readonly procfiles: readonly ProcfileLine[];
  readonly cableYml: { readonly file: string; readonly tree: YamlTree } | undefined;
}

/** What could not be read, and so was not looked at. */
export interface Unread {
  readonly file: string;
  readonly error: string;
}

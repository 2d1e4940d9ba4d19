import type { App } from './app.js';
import type { Remark } from './finding.js';

/** One mistake: how to see it, why it is one, and what mends it. */
export interface Rule {
  /** By which it is ignored, chosen, and looked up in docs/doctor.md. */
  readonly name: string;
  /** What happens when nothing is done about it. */
  readonly why: string;
  readonly mend: string;
  /** `--fix` can mend it, at least in its plain forms. */
  readonly fixable?: true;
  find(app: App): readonly Remark[];
}

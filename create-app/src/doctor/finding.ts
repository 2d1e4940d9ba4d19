/** What is wrong, where, and what would mend it. */
export interface Finding {
  readonly rule: string;
  /** Relative to the app, with `/`. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** What stands there, in one sentence. */
  readonly what: string;
  readonly why: string;
  readonly mend: string;
  readonly fix?: Fix;
}

/** A change of one place that cannot make anything worse. */
export interface Fix {
  readonly file: string;
  /** Offsets into the file's text, in UTF-16 code units. */
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
}

/** What a rule says of a place; its name, its reasons and its mend are the rule's, unless this one has its own. */
export interface Remark {
  readonly file: string;
  readonly line: number;
  readonly what: string;
  readonly mend?: string;
  readonly fix?: Fix;
}

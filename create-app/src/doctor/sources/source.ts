/** A file of the app, as text. */
export interface Source {
  readonly path: string;
  readonly text: string;
}

/** What a parser made of a source. */
export type Parsed<T> =
  | { readonly path: string; readonly tree: T; readonly error?: undefined }
  | { readonly path: string; readonly tree?: undefined; readonly error: string };

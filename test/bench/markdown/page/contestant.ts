/** What the harness needs of whoever shows streamed markdown. */
export interface Contestant {
  /** Takes the next chunk. */
  write(chunk: string): void;
  /** Called once after the chunks of a frame. */
  flush(): void;
  /** The text is whole. */
  end(): void;
  /** What holds the text's nodes. */
  readonly root: Node;
}

export type Open = (container: HTMLElement) => Contestant | Promise<Contestant>;

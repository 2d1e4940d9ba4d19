const KEPT_LINES = 2_000;

/** What a process says, line by line: kept, and waited for. */
export class ProcessOutput {
  /** The last 2 000 lines. */
  readonly lines: string[] = [];
  readonly #listeners = new Set<(line: string) => void>();

  /** Listens to a stream until it ends. */
  read(stream: NodeJS.ReadableStream | null): void {
    let incomplete = '';
    stream?.setEncoding('utf8');
    stream?.on('data', (text: string) => {
      const lines = (incomplete + text).split('\n');
      incomplete = lines.pop() ?? '';
      for (const line of lines) this.#heard(line);
    });
    stream?.on('end', () => {
      if (incomplete !== '') this.#heard(incomplete);
    });
  }

  /** The next line that matches. `forget` ends the waiting, and must be called. */
  next(pattern: RegExp): { readonly found: Promise<RegExpExecArray>; readonly forget: () => void } {
    let listener: (line: string) => void = () => {};
    const found = new Promise<RegExpExecArray>((resolve) => {
      listener = (line) => {
        const match = pattern.exec(line);
        if (match !== null) resolve(match);
      };
    });
    this.#listeners.add(listener);
    return { found, forget: () => this.#listeners.delete(listener) };
  }

  #heard(line: string): void {
    this.lines.push(line);
    if (this.lines.length > KEPT_LINES) this.lines.shift();
    for (const listener of this.#listeners) listener(line);
  }
}

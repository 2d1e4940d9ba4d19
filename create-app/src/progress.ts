/** Where progress is shown: stderr, so that stdout stays what a script may read. */
export interface Display {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

/** Work that is over sooner is not worth a line, in milliseconds. */
const PATIENCE = 2000;
/** How often it is renewed: on a terminal in place, else as a line in a log. */
const TERMINAL_PERIOD = 500;
const LOG_PERIOD = 10_000;

/**
 * Says what is going on while `work` takes its time, with the last line that it reported.
 * @param work called with a function that takes such a line
 */
export async function withProgress<T>(
  what: string,
  work: (report: (line: string) => void) => Promise<T>,
  display: Display = process.stderr,
): Promise<T> {
  const started = Date.now();
  let last = '';
  let shown = false;
  const show = (): void => {
    const elapsed = Date.now() - started;
    if (elapsed < PATIENCE) return;
    const text = describe(what, Math.round(elapsed / 1000), last);
    if (display.isTTY) display.write(`\r\u001B[K${text.slice(0, (display.columns ?? 80) - 1)}`);
    else display.write(`${text}\n`);
    shown = true;
  };
  const ticker = setInterval(show, display.isTTY ? TERMINAL_PERIOD : LOG_PERIOD);
  try {
    return await work((line) => {
      if (line.trim() !== '') last = line.trim();
    });
  } finally {
    clearInterval(ticker);
    if (shown && display.isTTY) display.write('\r\u001B[K');
  }
}

function describe(what: string, seconds: number, last: string): string {
  // A program may colour its lines, and a cut colour would stay.
  const plain = last.replace(/\p{Cc}\[[\d;]*[A-Za-z]/gu, '').replace(/\p{Cc}/gu, ' ');
  return `  … ${what}, ${seconds} s${plain === '' ? '' : `: ${plain}`}`;
}

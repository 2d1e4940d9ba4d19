import { createInterface, type Interface } from 'node:readline';
import type { Questioner } from './conflicts.js';

/** Asks on the terminal, line by line. What is typed ahead answers the questions to come. */
export function openQuestioner(): Questioner & { close(): void } {
  const typed: string[] = [];
  let terminal: Interface | undefined;
  let isOver = false;
  let wake = (): void => undefined;
  const open = (): Interface => {
    const opened = createInterface({ input: process.stdin, output: process.stdout });
    opened.on('line', (line) => {
      typed.push(line);
      wake();
    });
    // By Ctrl-C and Ctrl-D: a question that nobody can answer would never come back.
    opened.once('close', () => {
      isOver = true;
      wake();
    });
    return opened;
  };
  return {
    async ask(question) {
      terminal ??= open();
      terminal.setPrompt(question);
      terminal.prompt();
      if (typed.length === 0 && !isOver) await new Promise<void>((resolve) => (wake = resolve));
      return typed.shift();
    },
    say: (text) => void process.stdout.write(text),
    close: () => terminal?.close(),
  };
}

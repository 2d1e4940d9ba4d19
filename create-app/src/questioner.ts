import { createInterface } from 'node:readline/promises';
import type { Questioner } from './conflicts.js';

/** Asks on the terminal, line by line. */
export const lineQuestioner: Questioner = {
  async ask(question) {
    const lines = createInterface({ input: process.stdin, output: process.stdout });
    // Ctrl-D ends the input, and a question that nobody can answer would never come back.
    const ended = new Promise<undefined>((resolve) => lines.once('close', () => resolve(undefined)));
    try {
      return await Promise.race([lines.question(question), ended]);
    } finally {
      lines.close();
    }
  },
  say: (text) => void process.stdout.write(text),
};

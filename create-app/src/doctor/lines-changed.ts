/** The lines that differ, before and after. No line of a fix comes or goes, so the numbers of both are the same. */
export function linesChanged(before: string, after: string): string[] {
  const old = before.split(/\r?\n/);
  return after
    .split(/\r?\n/)
    .flatMap((line, index) =>
      line === old[index] ? [] : [`${index + 1} - ${old[index] ?? ''}`, `${index + 1} + ${line}`],
    );
}

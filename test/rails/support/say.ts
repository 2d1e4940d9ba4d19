/** Tells what a test has measured, or put the app through, also where everything passes. */
export function say(line: string): void {
  console.log(`    ${line}`);
}

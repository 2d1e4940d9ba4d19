// The analyzer ships no types for its command-line interface.
declare module '@custom-elements-manifest/analyzer/cli.js' {
  import type { Manifest } from './manifest.mjs';

  export function cli(options: {
    readonly argv: readonly string[];
    readonly cwd: string;
    readonly noWrite: boolean;
  }): Promise<Manifest>;
}

// A rollup plugin: of marked, only the lexer. Its one published file also holds a parser, renderers and hooks, which
// an instance at its end keeps alive for every bundler, and two dialects of markdown that this project never reads.
// Together they are a third of it. The source is somebody else's and minified, so what is replaced is looked for, and
// a build against a marked that no longer has it ends with an error instead of a larger or a wrong bundle.
// test/unit/marked-lexer.test.ts holds the result against the whole package.

/** What the lexer is asked for: `gfm`, and nothing else (widget/src/markdown/bounded-lexer.ts). */
const DIALECT = { pedantic: '!1', breaks: '!1', gfm: '!0' };

/** @returns {import('rollup').Plugin} */
export const markedLexer = () => ({
  name: 'marked-lexer',
  transform(source, id) {
    if (!/[\\/]marked[\\/]lib[\\/]marked\.esm\.js$/.test(id)) return null;
    /** @param {RegExp} pattern */
    const find = (pattern) => {
      const match = pattern.exec(source);
      if (match === null)
        this.error(`${id} is not as it was: ${pattern} matches nothing; see scripts/marked-lexer.mjs`);
      return match;
    };
    const names = ['Lexer', 'Tokenizer'].map((name) => find(new RegExp(`[{,](\\w+ as ${name})[,}]`))[1]);
    const end = find(/\bvar (\w+)=new \w+;function \w+\(\w+,\w+\)\{return \1\.parse\(/).index;
    find(/,breaks:\w+,pedantic:\w+\}/);
    const code = source
      .slice(0, end)
      .replace(/(?<=gfm:\w+)(?:,breaks:\w+)?,pedantic:\w+(?=\})/g, '')
      .replaceAll(/this\.options\.(pedantic|breaks|gfm)\b/g, (_, option) => DIALECT[/** @type {'gfm'} */ (option)]);
    // Nobody steps through a minified file.
    return { code: `${code}export{${names.join(',')}};`, map: { mappings: '' } };
  },
});

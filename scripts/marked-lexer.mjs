// A rollup plugin: of marked, only the lexer. Its one published file also holds a parser, renderers and hooks, which
// an instance at its end keeps alive for every bundler, and two dialects of markdown that this project never reads.
// Together they are a third of it. The source is somebody else's and minified, so what is replaced is looked for, and
// a build against a marked that no longer has it ends with an error instead of a larger or a wrong bundle.
// test/unit/marked-lexer.test.ts holds the result against the whole package.

/** What the lexer is asked for: `gfm`, and nothing else (widget/src/markdown/bounded-lexer.ts). */
const DIALECT = { pedantic: '!1', breaks: '!1', gfm: '!0', extensions: 'null', hooks: 'null' };

/** What rollup is told to be without effects: a name that nothing else has. */
const PURE = 'markedRuleFrom';

/** @returns {import('rollup').Plugin} */
export const markedLexer = () => ({
  name: 'marked-lexer',
  options: (options) => ({ ...options, treeshake: { manualPureFunctions: [PURE] } }),
  transform(source, id) {
    if (!/[\\/]marked[\\/]lib[\\/]marked\.esm\.js$/.test(id)) return null;
    /** @param {RegExp} pattern */
    const find = (pattern) => {
      const match = pattern.exec(source);
      if (match === null)
        this.error(`${id} is not as it was: ${pattern} matches nothing; see scripts/marked-lexer.mjs`);
      return match;
    };
    // What makes an expression of others has no other effect: what nobody asks for need not be made.
    const make = find(/\bfunction (\w+)\(\w+,\w+=""\)\{let \w+=typeof \w+=="string"/)[1];
    // The rules that this project has its own for (widget/src/markdown/line-rules.ts).
    find(/\{\.\.\.\w+,lheading:\w+,table:\w+,paragraph:\w+\(/);
    find(/\{blockquote:\w+,/);
    find(/,lheading:\w+,list:\w+,newline:\w+,paragraph:\w+,table:\w+,/);
    const names = ['Lexer', 'Tokenizer'].map((name) => find(new RegExp(`[{,](\\w+ as ${name})[,}]`))[1]);
    const end = find(/\bvar (\w+)=new \w+;function \w+\(\w+,\w+\)\{return \1\.parse\(/).index;
    find(/,breaks:\w+,pedantic:\w+\}/);
    const code = source
      .slice(0, end)
      .replace(/(?<=gfm:\w+)(?:,breaks:\w+)?,pedantic:\w+(?=\})/g, '')
      .replace(/(?<=\{\.\.\.\w+),lheading:\w+,table:\w+,paragraph:.*?\.getRegex\(\)(?=\})/, '')
      .replace(/(?<=\{)blockquote:\w+,/, '')
      .replace(/,lheading:\w+(?=,list:)/, '')
      .replace(/(?<=,newline:\w+),paragraph:\w+,table:\w+/, '')
      .replaceAll(new RegExp(`(?<=[=:,;}>])${make}\\((?=[/"\`\\w$])`, 'g'), `${PURE}(`)
      .replace(`function ${make}(`, `function ${PURE}(`)
      .replaceAll(
        /this\.options\.(pedantic|breaks|gfm|extensions|hooks)\b/g,
        (_, option) => DIALECT[/** @type {'gfm'} */ (option)],
      );
    // Nobody steps through a minified file.
    return { code: `${code}export{${names.join(',')}};`, map: { mappings: '' } };
  },
});

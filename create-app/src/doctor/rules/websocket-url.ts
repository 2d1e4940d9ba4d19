import { configured, isForProduction, isLocal, settingsNamed } from '../facts.js';
import type { Rule } from '../rule.js';
import { literalOf } from '../sources/ruby-tree.js';
import { callsOf, importsOf, textOf } from '../sources/script.js';

export const websocketUrl: Rule = {
  name: 'websocket-url',
  why: 'A page that is told a wrong address of the cable never connects, or does it in the clear: browsers refuse ws: on pages that came by https:.',
  mend: 'A path (/cable) where the cable is on the same host, else wss://…',
  find(app) {
    const settings = settingsNamed(app, 'websocket_url').map(({ file, line, value, section }) => ({
      file,
      line,
      value,
      isProduction: section === 'production',
      isDevelopment: section === 'development' || section === 'test',
    }));
    const rails = configured(app, 'action_cable', 'url').map(({ file, line, value }) => ({
      file,
      line,
      value: literalOf(value),
      isProduction: file.endsWith('/production.rb'),
      isDevelopment: !isForProduction(file),
    }));
    const scripts = app.scripts.flatMap((file) => {
      const imports = importsOf(file);
      return callsOf(file)
        .filter(({ name }) => /^create(Cable|Consumer)$/.test(imports.get(name)?.name ?? ''))
        .map(({ args, line }) => ({
          file: file.path,
          line,
          value: textOf(args[0]),
          isProduction: true,
          isDevelopment: false,
        }));
    });
    return [...settings, ...rails, ...scripts].flatMap(({ file, line, value, ...where }) => {
      const what = value === undefined || value === '' ? undefined : complain(value, where);
      return what === undefined ? [] : [{ file, line, what }];
    });
  },
};

function complain(
  url: string,
  { isProduction, isDevelopment }: { readonly isProduction: boolean; readonly isDevelopment: boolean },
): string | undefined {
  if (url.startsWith('/')) return undefined;
  if (!URL.canParse(url)) return `${url} is no address of a WebSocket.`;
  const { protocol, hostname } = new URL(url);
  if (!/^(ws|http)s?:$/.test(protocol)) return `${url} is no address of a WebSocket.`;
  if (isLocal(hostname)) {
    return isProduction ? `${url} is the visitor's own machine, for whoever is not the developer.` : undefined;
  }
  // Inside a network of containers a name without a dot needs no certificate, but no browser is there.
  return /^(ws|http):$/.test(protocol) && !isDevelopment ? `${url} is not encrypted.` : undefined;
}

import type { App } from '../app.js';
import { hasGem, serverSettings, settingsNamed } from '../facts.js';
import type { Rule } from '../rule.js';
import { startsServer } from '../sources/settings.js';

export const broadcastPort: Rule = {
  name: 'broadcast-port',
  why: 'The proxy passes /_broadcast on to Rails, which answers 404, and a port where nobody listens answers nothing: every broadcast is lost, and only the log of Rails knows.',
  mend: "A port of its own: ANYCABLE_HTTP_BROADCAST_PORT for the server, and the same in Rails' http_broadcast_url",
  find(app) {
    const proxy = proxyPorts(app);
    const ports = serverSettings(app, 'http_broadcast_port').flatMap(({ value }) => value ?? []);
    const urls = settingsNamed(app, 'http_broadcast_url').flatMap((setting) => {
      const port = portOf(setting.value);
      if (port === undefined) return [];
      const { file, line, written } = setting;
      if (proxy.has(port)) {
        return [{ file, line, what: `${written} goes to port ${port}, where the proxy takes the visitors' requests.` }];
      }
      if (ports.length === 0 || ports.includes(port)) return [];
      return [
        {
          file,
          line,
          what: `${written} goes to port ${port}, and the server takes broadcasts on ${ports.join(', ')}.`,
        },
      ];
    });
    const own = serverSettings(app, 'http_broadcast_port')
      .filter(({ value }) => value !== undefined && proxy.has(value))
      .map(({ file, line, written, value }) => ({
        file,
        line,
        what: `${written} is ${value}, which is the proxy's own port.`,
      }));
    return [...urls, ...own];
  },
};

/** Where anycable-thruster listens for visitors. A server without a proxy may take broadcasts on its own port. */
function proxyPorts(app: App): ReadonlySet<string> {
  const starts = app.procfiles.filter(({ command }) => startsServer(command) && /thrust/.test(command));
  if (starts.length === 0 && !hasGem(app, /^anycable-thruster$/)) return new Set();
  const written = [
    ...starts.map(({ command }) => command),
    ...[...app.texts].filter(([path]) => /(^|\/)\.env[\w.]*$/.test(path)).flatMap(([, text]) => text.split(/\r?\n/)),
  ].flatMap((line) => /(?:^|\s)HTTP_PORT=["']?(\d+)/.exec(line)?.[1] ?? []);
  const told = settingsNamed(app, 'websocket_url').flatMap(({ value }) => portOf(value) ?? []);
  return new Set([...written, ...told]);
}

function portOf(url: string | undefined): string | undefined {
  if (url === undefined || !URL.canParse(url)) return undefined;
  const { port } = new URL(url);
  return port === '' ? undefined : port;
}

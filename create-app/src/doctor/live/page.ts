import { setMaxListeners } from 'node:events';
import WebSocket from 'ws';

/** As much of a page as the widget's connection looks at, for a process that is none. */
export function becomePage(baseUrl: string): void {
  const listening = (): EventTarget => {
    const target = new EventTarget();
    setMaxListeners(0, target);
    return target;
  };
  const page = Object.assign(listening(), { baseURI: baseUrl, querySelector: () => null, visibilityState: 'visible' });
  define('document', page);
  define('window', listening());
  // Node has one from version 22 on; of both, this one is the same everywhere.
  define('WebSocket', WebSocket);
}

function define(name: string, value: unknown): void {
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
}

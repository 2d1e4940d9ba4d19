import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The server could not listen. `message` says at which address, why, and what to do. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
  constructor(
    readonly code: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Resolves with the port that was taken (the one that the system chose for 0). Rejects with ListenError. */
export function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException): void => {
      const code = error.code ?? 'UNKNOWN';
      reject(new ListenError(code, explain(code, port, host, error.message), { cause: error }));
    };
    server.once('error', failed);
    server.listen(port, host, () => {
      server.off('error', failed);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function explain(code: string, port: number, host: string, detail: string): string {
  const another = port < 65_535 ? port + 1 : 3000;
  switch (code) {
    case 'EADDRINUSE':
      return `Port ${port} on ${host} is taken by another program. Stop that one, or choose another port: PORT=${another}`;
    case 'EACCES':
      return `Port ${port} on ${host} may not be used by this user. Choose one from 1024 up: PORT=3000`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `HOST ${host} is no address of this machine. Write HOST=127.0.0.1 for this machine only, or HOST=0.0.0.0 for all of its addresses.`;
    default:
      return `The server cannot listen at ${host} port ${port}: ${detail}`;
  }
}

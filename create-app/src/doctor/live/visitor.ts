import { ExitCode, ScaffoldError } from '../../errors.js';

/** A guest of an app that the scaffolder made: its cookies, and the tokens that it opens the cable with. */
export class Visitor {
  readonly #url: string;
  #cookie: string;

  constructor(url: string, cookie = '') {
    this.#url = url;
    this.#cookie = cookie;
  }

  /** @throws ScaffoldError where the app gives none */
  async token(): Promise<string> {
    const address = new URL('/cable_chat/token', this.#url);
    const response = await fetch(address, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        origin: address.origin,
        ...(this.#cookie === '' ? {} : { cookie: this.#cookie }),
      },
      body: '{}',
    });
    for (const line of response.headers.getSetCookie()) this.#cookie = line.split(';')[0] ?? '';
    const body: unknown = await response.json().catch(() => undefined);
    const token = typeof body === 'object' && body !== null && 'token' in body ? body.token : undefined;
    if (response.ok && typeof token === 'string') return token;
    throw new ScaffoldError(
      ExitCode.failed,
      `${address.href} answered ${response.status}, and no token. Where visitors have to sign in, give a session by --cookie.`,
    );
  }
}

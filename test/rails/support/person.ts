/** A visitor of a Rails app without a browser: its cookies, its token, its requests and its connections, byte by byte. */
import assert from 'node:assert/strict';
import { CableClient, EXTENDED, type RawFrame } from '../../support/cable-client.js';
import type { RailsHost } from './host.js';

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

export interface PostOptions {
  /** Replace those of a page of the site, which go with every request. */
  readonly headers?: Readonly<Record<string, string>>;
}

export class Person {
  /** Of the present moment, as `Cookie` has it. */
  cookie: string;
  readonly #url: string;
  readonly #cableUrl: string;
  #token = '';
  #id = '';

  private constructor(host: Pick<RailsHost, 'url' | 'cableUrl'>, cookie: string) {
    this.#url = host.url;
    this.#cableUrl = host.cableUrl;
    this.cookie = cookie;
  }

  /** Somebody new, or whoever the cookie says. */
  static async arrive(host: Pick<RailsHost, 'url' | 'cableUrl'>, cookie = ''): Promise<Person> {
    const person = new Person(host, cookie);
    const { status, body } = await person.post('/cable_chat/token', {});
    assert.equal(status, 200, JSON.stringify(body));
    person.#token = (body as { token: string }).token;
    const { frames } = (await person.act(crypto.randomUUID(), 'resume')).body as { frames: RawFrame[] };
    person.#id = String(frames[0]?.['user']);
    return person;
  }

  /** As the server calls them. */
  get id(): string {
    return this.#id;
  }

  get token(): string {
    return this.#token;
  }

  /** As a page of the site sends it; keeps the cookies of the answer. */
  async post(path: string, body: unknown, { headers }: PostOptions = {}): Promise<Answer> {
    const response = await fetch(new URL(path, this.#url), {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        origin: this.#url,
        ...(this.cookie === '' ? {} : { cookie: this.cookie }),
        ...headers,
      },
      body: JSON.stringify(body),
    });
    for (const line of response.headers.getSetCookie()) this.cookie = line.split(';')[0] ?? '';
    const text = await response.text();
    return { status: response.status, body: parse(text) };
  }

  act(conversationId: string, action: string, data: object = {}, options?: PostOptions): Promise<Answer> {
    return this.post('/cable_chat/actions', { action, conversation_id: conversationId, ...data }, options);
  }

  /** Connected and welcome. */
  async connect(token = this.#token): Promise<CableClient> {
    const client = await CableClient.connect(this.#cableUrl, {
      protocols: [EXTENDED, ...(token === '' ? [] : [`anycable-token.${token}`])],
    });
    await client.next({ type: 'welcome' });
    return client;
  }
}

/** The identifier of a subscription, as the widget writes it. */
export function channel(name: string, params: object): string {
  return JSON.stringify({ channel: name, ...params });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

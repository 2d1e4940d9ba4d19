import type { Identity } from '../cable/identity.js';

/**
 * Who is meant by AnyCable's identifiers: the text in a token's claim `ext`, and in a remote disconnect. It is the JSON of
 * what the site's backend identifies its connections by.
 *
 * `{"user": "ada"}` and `{"user": 42}` are the users `ada` and `42`: what this server writes itself, and `{user: …}` of
 * AnyCable's SDKs. Of anything else (`{"user_id": 42}`, `{"user": 42, "team": 3}`) the whole text is the user. AnyCable knows
 * connections by that text too, and a backend writes it alike each time; whichever of its fields names a person is not for
 * us to guess: user 42 of one team may be somebody else than user 42 of another.
 *
 * `undefined`: the text is empty, or is not well-formed Unicode and could name nobody in a database or a stream.
 */
export function identityIn(text: string): Identity | undefined {
  const user = namedUser(text) ?? text;
  return user === '' || /\p{Surrogate}/u.test(user) ? undefined : { user };
}

/** What `identityIn` reads. */
export function identityText({ user }: Identity): string {
  return JSON.stringify({ user });
}

function namedUser(text: string): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // AnyCable does not look into it, and so takes any text.
    return undefined;
  }
  if (typeof value !== 'object' || value === null || Object.keys(value).length !== 1) return undefined;
  const { user } = value as { readonly user?: unknown };
  if (typeof user === 'string') return user;
  // Larger numbers lose their last digits when they are read, and two people would be one.
  return Number.isSafeInteger(user) ? String(user) : undefined;
}

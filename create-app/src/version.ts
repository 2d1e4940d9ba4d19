/** Numbers of a version, most significant first: `8.0.0.beta1` is 8, 0, 0. */
export type Version = readonly number[];

/** The first version in a text such as `Rails 7.2.4`, if there is one. */
export function findVersion(text: string): Version | undefined {
  return /\d+(?:\.\d+)+/.exec(text)?.[0].split('.').map(Number);
}

export function isAtLeast(version: Version, minimum: Version): boolean {
  for (const [place, least] of minimum.entries()) {
    const number = version[place] ?? 0;
    if (number !== least) return number > least;
  }
  return true;
}

export function formatVersion(version: Version): string {
  return version.join('.');
}

// Finds the ChromeDriver that Rails' own system tests want, or installs Debian's.
import { platform } from 'node:process';
import { canUseApt, installByApt } from './apt.mjs';
import { isExecutable, placesOnPath } from './executables.mjs';

const find = () =>
  placesOnPath([platform === 'win32' ? 'chromedriver.exe' : 'chromedriver']).find((place) => isExecutable(place));

/**
 * @returns {Promise<string | undefined>} the executable's path; undefined where there is none and it cannot be installed
 *   from here: it must be as old as the browser, so no other will do
 * @throws {Error} where apt-get fails
 */
export async function ensureChromedriver() {
  const found = find();
  if (found !== undefined || !canUseApt()) return found;
  await installByApt('chromium-driver', 'Run `apt-get install chromium-driver`, and try again.');
  return find();
}

// Finds a Chromium for the tests, or installs Debian's. Run as a command it prints the path.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { argv, env, platform } from 'node:process';
import { pathToFileURL } from 'node:url';
import { canUseApt, installByApt } from './apt.mjs';
import { isExecutable, placesOnPath } from './executables.mjs';

/** Flags for every browser that a test starts, whatever drives it. */
export const chromiumFlags = [
  '--headless',
  '--disable-gpu',
  // Everything is on 127.0.0.1: what the browser would do by itself on a network only disturbs.
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Chromium refuses its own sandbox to root, and only there it goes without.
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
];

const commands = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];

/** @type {Partial<Record<NodeJS.Platform, string[]>>} */
const usualPlaces = {
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    `${env['HOME']}/Applications/Google Chrome.app/Contents/MacOS/Google Chrome`,
  ],
  win32: ['PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA'].flatMap((name) =>
    env[name] ? [join(env[name], 'Google/Chrome/Application/chrome.exe')] : [],
  ),
};

/**
 * The browser's executable: CHROMIUM_PATH or CHROME_PATH, else the first on PATH, else in the usual places.
 * @returns {string | undefined}
 * @throws {Error} when one of the variables names something that cannot be run
 */
export function findChromium() {
  for (const name of ['CHROMIUM_PATH', 'CHROME_PATH']) {
    const path = env[name];
    if (!path) continue;
    if (isExecutable(path)) return path;
    throw new Error(`${name} is ${path}, which is not an executable file. Correct it, or unset it to search for one.`);
  }
  const names = commands.map((command) => (platform === 'win32' ? `${command}.exe` : command));
  return [...placesOnPath(names), ...(usualPlaces[platform] ?? [])].find(isExecutable);
}

function howToInstall() {
  if (platform === 'darwin') return 'brew install --cask chromium';
  if (platform === 'win32') return 'winget install --id Google.Chrome';
  return existsSync('/usr/bin/apt-get') ? 'sudo apt-get install -y chromium' : 'sudo dnf install -y chromium';
}

/**
 * @returns {Promise<string>} the executable's path
 * @throws {Error} with the one command to run, where it cannot be installed from here
 */
export async function ensureChromium() {
  const found = findChromium();
  if (found !== undefined) return found;

  const advice = `Run\n\n  ${howToInstall()}\n\nand try again, or set CHROMIUM_PATH to a Chromium or Chrome that you have.`;
  if (!canUseApt()) throw new Error(`The browser tests need a Chromium, and none was found. ${advice}`);

  // Ubuntu's `chromium` only fetches a snap, which containers cannot run; Debian and what follows it have a real one.
  await installByApt('chromium', advice);
  const installed = findChromium();
  if (installed === undefined) throw new Error(`apt-get installed chromium, but it is not on PATH. ${advice}`);
  return installed;
}

if (argv[1] !== undefined && import.meta.url === pathToFileURL(argv[1]).href) {
  try {
    console.log(await ensureChromium());
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  }
}

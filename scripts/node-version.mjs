// Runs before anything else, on whatever Node there is: keep to syntax that old versions can parse.
/** @type {[number, number]} */
var needed = [20, 19];
var found = /^(\d+)\.(\d+)/.exec(process.versions.node) || [];
var major = Number(found[1]);

if (major < needed[0] || (major === needed[0] && Number(found[2]) < needed[1])) {
  console.error(
    'cable-chat needs Node ' +
      needed.join('.') +
      ' or newer, and this is Node ' +
      process.versions.node +
      ' (' +
      process.execPath +
      ').\nInstall a current Node from https://nodejs.org, or run `nvm install 22`, and try again.',
  );
  process.exit(1);
}

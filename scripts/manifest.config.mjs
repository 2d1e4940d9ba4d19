/** For the custom-elements analyzer. */
export default {
  globs: ['src/elements/*.ts'],
  exclude: ['src/elements/*.styles.ts'],
  litelement: true,
  quiet: true,
  // It would rewrite widget/package.json, in its own formatting.
  packagejson: false,
};

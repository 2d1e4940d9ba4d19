// Whether the custom-elements manifest tells everything that an editor should know. Part of `npm run verify`.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { analyze, publish, undocumented } from './manifest.mjs';
import { root } from './project.mjs';

const analyzed = await analyze();
const problems = undocumented(analyzed);

const written = JSON.parse(readFileSync(join(root, 'widget/dist/custom-elements.json'), 'utf8'));
const published = publish(analyzed);
if (JSON.stringify(written) !== JSON.stringify(published)) {
  problems.push('dist/custom-elements.json is not what the sources say: run `npm run build`');
}
const readme = readFileSync(join(root, 'widget/README.md'), 'utf8');
for (const element of published.modules.flatMap(({ declarations }) => declarations)) {
  for (const { name } of [...(element.attributes ?? []), ...element.events]) {
    if (name && !readme.includes(`\`${name}\``))
      problems.push(`widget/README.md does not name ${name} of <${element.tagName}>`);
  }
}
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exitCode = 1;

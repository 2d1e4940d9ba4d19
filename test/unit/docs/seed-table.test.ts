/** docs/seed-table.md names what is there: each file of ours, and each test. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

const root = new URL('../../../', import.meta.url);

/** A path in a cell: has a slash, or follows one in the same folder (`stream.rb`). */
function pathsIn(cell: string): string[] {
  const paths: string[] = [];
  for (const [, code = ''] of cell.matchAll(/`([^`]+)`/g)) {
    if (code.includes(' ') || code.startsWith('<')) continue;
    const [path = ''] = code.split('#');
    const previous = paths.at(-1);
    if (path.includes('/')) paths.push(path);
    else if (/\.\w+$/.test(path) && previous !== undefined) paths.push(previous.replace(/[^/]+$/, path));
  }
  return paths;
}

test('every file and every test that the table names is there', async () => {
  const table = await readFile(new URL('docs/seed-table.md', root), 'utf8');
  const rows = table.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| Item'));
  let count = 0;
  const missing: string[] = [];
  for (const row of rows) {
    const cells = row.split('|').slice(1, -1);
    assert.equal(cells.length, 4, row);
    for (const path of [...pathsIn(cells[1] ?? ''), ...pathsIn(cells[2] ?? '')]) {
      count++;
      const file = path.replace(/^rails\//, 'templates/rails/');
      if (!file.includes('*') && !existsSync(new URL(file, root))) missing.push(`${path} in: ${row.slice(0, 60)}`);
    }
  }
  assert.deepEqual(missing, []);
  assert.ok(count > 60, `${count} paths`);
});

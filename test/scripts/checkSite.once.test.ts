import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';

// A machine without a browser: for this process no file that could be one exists.
const noBrowser = `import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
const { existsSync } = fs;
fs.existsSync = (file) => !/chrom/i.test(String(file)) && existsSync(file);
syncBuiltinESMExports();`;

/** The check of the documentation site, where there is no Chromium. */
function checkSite(requireBrowser: string) {
  const env = { ...process.env, CHROMIUM: '', REQUIRE_BROWSER: requireBrowser };
  const preload = `data:text/javascript,${encodeURIComponent(noBrowser)}`;
  const run = ['--import', 'tsx', '--import', preload, 'scripts/check-site.mjs'];
  return spawnSync(process.execPath, run, { env, encoding: 'utf8' });
}

describe('check-site without Chromium', () => {
  it('is left out with one line that says so', () => {
    const { status, stdout } = checkSite('');
    expect(stdout).toMatch(/^No Chromium found: the site was not opened\..*\n$/);
    expect(status).toBe(0);
  });

  it('fails where REQUIRE_BROWSER asks for one', () => {
    const { status, stdout, stderr } = checkSite('1');
    expect(stderr).toMatch(/^No Chromium found/);
    expect(stdout).toBe('');
    expect(status).toBe(1);
  });
});

import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import type { Results } from '../../bench/report/results.js';

const folder = mkdtempSync(path.join(tmpdir(), 'bench-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the program as people do, without npm in between, and where there is no torch. */
const bench = (...args: string[]) =>
  promisify(execFile)(process.execPath, ['--import', 'tsx', 'bench/run.ts', ...args], {
    env: { ...process.env, PYTHON: 'no-such-python' },
  });

describe('npm run bench', () => {
  test('measures a work, names an absent peer, and adds to a file of results', async () => {
    const out = path.join(folder, 'results.json');
    const args = ['--size', '16', '--pairs', '2', '--threads', '1', '--only', 'pastiche,torch', '--out', out];
    const { stdout } = await bench('lbfgs', ...args);
    expect(stdout).toMatch(/n = 768.* pastiche, 1 thread/);
    expect(stdout).toMatch(/torch, 1 thread +none: /);
    const { works } = JSON.parse(readFileSync(out, 'utf8')) as Results;
    const { rows, versions, command } = works['lbfgs']!;
    expect(command).toContain('lbfgs --size 16');
    expect(versions['torch']).toBe('absent');
    expect(rows.map(({ who }) => who)).toEqual([10, 20].flatMap(() => ['pastiche, 1 thread', 'torch, 1 thread']));
    expect(rows[0]!.cpu).toMatchObject({ count: 2 });
    expect(rows[0]!.cpu!.least).toBeGreaterThan(0);
    expect(rows[1]!.missing).toContain('no-such-python');
  });

  test('a work that does not exist is named, with those that do', async () => {
    await expect(bench('closures')).rejects.toThrow(/no work closures[^]*Works: closure, lbfgs, converge/);
  });
});

import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, describe, expect, test } from 'vitest';
import { pair, runProgram } from './_run.js';

/* npm run stylize as a process of its own. */

const folder = mkdtempSync(path.join(tmpdir(), 'pastiche-stylize-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('npm run stylize', () => {
  test('writes a picture with the proportions of the content, and prints the loss and its parts', async () => {
    const out = path.join(folder, 'a.png');
    const few = ['--size', '48', '--levels', '1', '--iterations', '5', '--threads', '1'];
    const { code, stdout, stderr } = await runProgram('stylize', [...pair, ...few, '--out', out]);
    expect(stderr).toContain('48x36 pixels on wasm, 1 thread');
    expect(stderr).toMatch(/ {2}5\/5 {2}loss \d.* s, 0 s left/);
    expect(stdout).toMatch(/a\.png: loss \d+\.\d+ after \d+ evaluations, \d+\.\d s\n {2}content relu3_2 /);
    expect(code).toBe(0);
    const { width, height } = await sharp(out).metadata();
    expect([width, height]).toEqual([48, 36]);
  });

  test('Ctrl-C stops and saves the best picture so far', async () => {
    const out = path.join(folder, 'b.png');
    const endless = ['--size', '48', '--levels', '1', '--iterations', '100000', '--threads', '1', '--save-every', '1'];
    let timer: NodeJS.Timeout | undefined;
    const { code, stdout } = await runProgram('stylize', [...pair, ...endless, '--out', out], (_, child) => {
      // The first steps are done when the first picture has been saved.
      timer ??= setInterval(() => {
        if (!existsSync(out)) return;
        clearInterval(timer);
        child.kill('SIGINT');
      }, 50);
    });
    expect(stdout).toMatch(/b\.png: loss .* evaluations, .*Stopped by the signal/s);
    expect(code).toBe(0);
    expect((await sharp(out).metadata()).width).toBe(48);
  });

  test.each<[string, string[], string]>([
    ['no content', ['--style', 'a.png', '--out', 'b.png'], '--content must be given.'],
    [
      'no such file',
      ['--content', 'nowhere.png', ...pair.slice(2), '--out', 'b.png'],
      'nowhere.png: cannot be read (ENOENT)',
    ],
    [
      'no such weights',
      [...pair, '--out', 'b.png', '--weights', 'nowhere'],
      'no public weights of that name: vgg16-torchvision',
    ],
  ])('%s ends in a message and exit code 1', async (_, args, message) => {
    const { code, stderr } = await runProgram('stylize', args);
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/\n {4}at /);
    expect(code).toBe(1);
    expect(existsSync('b.png')).toBe(false);
  });
});

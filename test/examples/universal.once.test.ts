import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, describe, expect, test } from 'vitest';
import { runProgram } from './_run.js';

/* npm run universal as a process of its own, at sizes that are done in no time. */

const folder = mkdtempSync(path.join(tmpdir(), 'pastiche-universal-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => path.join(folder, name);

const content = ['--content', 'assets/content-harbour.png'];
const swirls = ['--style', 'assets/style-swirls.png'];
const glass = ['--style', 'assets/style-glass.png'];
const small = ['--levels', '2,1', '--size', '48', '--threads', '1'];

async function sizeOf(file: string): Promise<[width: number, height: number]> {
  const { width, height } = await sharp(file).metadata();
  return [width, height];
}

describe('npm run universal', () => {
  test('writes a picture with the proportions of the content, and prints times by level and phase', async () => {
    const { code, stdout, stderr } = await runProgram('universal', [
      ...content,
      ...swirls,
      ...small,
      '--out',
      at('a.png'),
    ]);
    expect(stderr).toContain('slim, levels 2, 1, from');
    expect(stderr).toMatch(/1\/2 {2}relu2_1 .* s left\n {2}2\/2 {2}relu1_1 .* 0 s left/);
    expect(stdout).toMatch(
      /^seconds +load +style +encode +statistics +eigen +apply +decode +sum +rank content +rank style\n/,
    );
    expect(stdout).toMatch(
      /\nrelu2_1( +\d+\.\d\d){8}( +\d+){2}\nrelu1_1( +\d+\.\d\d){8}( +\d+){2}\nall( +\d+\.\d\d){8}\n/,
    );
    expect(stdout).toMatch(/a\.png: 48x36 pixels, \d+\.\d s, peak \d+ MB/);
    expect(code).toBe(0);
    expect(await sizeOf(at('a.png'))).toEqual([48, 36]);
  });

  test('keeps a mixture of styles in a file, which serves as a style, in a region and with a strength for each level', async () => {
    const saved = await runProgram('universal', [
      ...[...swirls, ...glass, '--mix', '0.7,0.3', '--save-style', at('mix.style')],
      ...small,
    ]);
    expect(saved.stdout).toContain('mix.style: the style at relu2_1, relu1_1');
    expect(saved.code).toBe(0);
    const mask = at('mask.png');
    await sharp({ create: { width: 8, height: 8, channels: 3, background: 'black' } })
      .composite([{ input: { create: { width: 4, height: 8, channels: 3, background: 'white' } }, left: 0, top: 0 }])
      .toFile(mask);
    const painted = await runProgram('universal', [
      ...[...content, '--style', at('mix.style'), '--mask', mask, '--strength', '0.8,1', '--method', 'ot'],
      ...[...small, '--out', at('b.png')],
    ]);
    expect(painted.stderr).not.toContain('Error');
    expect(painted.code).toBe(0);
    const read = (file: string) =>
      sharp(file).resize(48, 36, { kernel: 'lanczos3', fit: 'fill' }).removeAlpha().raw().toBuffer();
    const [before, after] = [await read('assets/content-harbour.png'), await read(at('b.png'))];
    /** Mean difference over a range of columns. */
    const changed = (from: number, to: number): number => {
      let sum = 0;
      for (let y = 0; y < 36; y++)
        for (let i = (y * 48 + from) * 3; i < (y * 48 + to) * 3; i++) sum += Math.abs(before[i]! - after[i]!);
      return sum / ((to - from) * 36 * 3);
    };
    expect(changed(0, 20)).toBeGreaterThan(10);
    // Beyond the region the picture is the content.
    expect(changed(28, 48)).toBeLessThan(1);
  });

  test('makes a texture of any size; Ctrl-C stops it and saves the picture so far', async () => {
    const args = [
      ...swirls,
      '--texture',
      '40x24',
      '--rounds',
      '2000',
      '--seed',
      '3',
      '--levels',
      '1',
      '--threads',
      '1',
    ];
    let asked = false;
    const { code, stdout } = await runProgram('universal', [...args, '--out', at('c.png')], (written, child) => {
      if (asked || !written.includes('s left')) return;
      asked = true;
      child.kill('SIGINT');
    });
    expect(stdout).toContain('Stopped: the picture is what relu1_1 left, and unfinished.');
    expect(code).toBe(0);
    expect(await sizeOf(at('c.png'))).toEqual([40, 24]);
  });

  const out = ['--out', at('never.png')];
  test.each<[string, string[], string]>([
    ['no style', [...content, ...out], '--style must be given.'],
    ['no place for the picture', [...content, ...swirls], '--content needs --out.'],
    ['an unknown option', [...content, ...swirls, ...out, '--colour', '1'], "Unknown option '--colour'"],
    ['an option without effect', [...content, ...swirls, ...out, '--seed', '1'], '--seed needs --texture.'],
    [
      'a strength out of range',
      [...content, ...swirls, ...out, ...small, '--strength', '2'],
      'strength must be a number in 0..1',
    ],
    [
      'a style file that is none',
      [...content, '--style', 'assets/slim.safetensors', ...out],
      'slim.safetensors cannot be read as a style file',
    ],
    ['too many masks', [...content, ...swirls, ...out, ...small, '--mask', 'a', '--mask', 'b'], 'got 2 for 1 style.'],
    [
      'no such models',
      [...content, ...swirls, ...out, '--models', 'nowhere'],
      'no public autoencoders of that name: ust, ust16x',
    ],
  ])('%s ends in a message, exit code 1 and no picture', async (_, args, message) => {
    const { code, stdout, stderr } = await runProgram('universal', args);
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/\n {4}at /);
    expect([code, stdout]).toEqual([1, '']);
    expect(existsSync(at('never.png'))).toBe(false);
  });
});

import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import sharp from 'sharp';
import { afterAll, describe, expect, test } from 'vitest';
import { noiseImage, randomVgg } from 'pastiche';
import { likenessTo } from '../../examples/support/likeness.js';
import { pair, runProgram } from './_run.js';

/* npm run compare as a process of its own, and its measure. */

const folder = mkdtempSync(path.join(tmpdir(), 'pastiche-compare-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('npm run compare', () => {
  test('paints the pair in four ways, prints seconds and distances, and writes a sheet of three columns', async () => {
    const out = path.join(folder, 'sheet.png');
    const small = ['--size', '64', '--levels', '2,1', '--iterations', '4', '--threads', '1'];
    const { code, stdout, stderr } = await runProgram('compare', [...pair, ...small, '--out', out]);
    expect(stderr).toContain('slim, levels 2, 1, from');
    const rows = stdout.split('\n');
    expect(rows[0]).toMatch(/time +content +style$/);
    expect(rows.slice(1, 6).map((row) => row.split(/ +/)[0])).toEqual(['content', 'WCT', 'OT', 'AdaIN', 'Gatys']);
    for (const row of rows.slice(2, 6)) expect(row).toMatch(/ \d+\.\d s +\d+\.\d{3} +\d+\.\d{3}$/);
    const styleOf = (row: string): number => Number(row.split(/ +/).at(-1));
    expect(styleOf(rows[5]!)).toBeLessThan(styleOf(rows[1]!));
    expect(code).toBe(0);
    const { width, height } = await sharp(out).metadata();
    expect(width).toBeGreaterThan(3 * 64);
    expect(height).toBeGreaterThan(2 * 48);
  });

  test('Ctrl-C ends it, and the sheet shows what is done', async () => {
    const out = path.join(folder, 'stopped.png');
    const endless = ['--size', '48', '--levels', '1', '--iterations', '100000', '--threads', '1'];
    let asked = false;
    const { code, stdout } = await runProgram('compare', [...pair, ...endless, '--out', out], (written, child) => {
      if (asked || !written.includes('Gatys')) return;
      asked = true;
      child.kill('SIGINT');
    });
    expect(stdout).toMatch(/\nWCT .*\nOT .*\nAdaIN .*\nGatys .*\n/);
    expect(code).toBe(0);
    expect(existsSync(out)).toBe(true);
  });

  test.each([
    [[...pair], '--out must be given'],
    [[...pair, '--out', 'sheet.jpg'], '--out: sheet.jpg must end in .png.'],
    [[...pair, '--out', 'nowhere/sheet.png'], 'there is no folder nowhere; make it first'],
    [[...pair, '--out', 'out.png', '--models', 'nothing'], 'there is no folder or file nothing'],
  ])('%j ends with the reason', async (args, message) => {
    const { code, stderr } = await runProgram('compare', args);
    expect(stderr).toContain(message);
    expect(code).toBe(1);
    expect(existsSync('out.png')).toBe(false);
  });

  test('likenessTo(extractor, content, style) is 0 at the content and at the style, and leaves nothing behind', async () => {
    const before = tf.memory().numTensors;
    const extractor = randomVgg({ seed: 1, width: 4, upTo: 'relu2_2' });
    const [content, style] = [1, 2].map((seed) => noiseImage([1, 16, 16, 3], { seed, deviation: 0.1 * seed }));
    const likeness = likenessTo(extractor, content!, style!);
    const [atContent, atStyle] = [await likeness.measure(content!), await likeness.measure(style!)];
    expect(atContent.content).toBeLessThan(1e-8);
    expect(atStyle.style).toBeLessThan(1e-8);
    expect(atContent.style).toBeGreaterThan(0.01);
    expect(atStyle.content).toBeGreaterThan(0.01);
    likeness.dispose();
    extractor.dispose();
    tf.dispose([content!, style!]);
    expect(tf.memory().numTensors).toBe(before);
  });
});

import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { arraysOf } from '../_setup/safetensors';
import { runFile } from '../examples/_run';

/* npm run train:slim as a program, with few and small steps: decoders in processes of their own. */

describe('train:slim', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'pastiche-train-'));
  const out = path.join(folder, 'slim.safetensors');
  afterAll(() => rmSync(folder, { recursive: true }));

  const run = (stopAt?: RegExp) => {
    let told = false;
    return runFile(
      'scripts/train-slim.ts',
      [
        ...['--from', 'assets/slim.safetensors', '--out', out, '--levels', '1,2', '--decoder-steps', '40,12,1,1,1'],
        ...['--decoder-crop', '32', '--pool', '2', '--batch', '1', '--threads', '2'],
      ],
      (written, child) => {
        if (told || stopAt?.test(written) !== true) return;
        told = child.kill('SIGINT');
      },
    );
  };

  test('a stopped training goes on where it was; what was not asked for stays as it is', async () => {
    const stopped = await run(/decoder 1 5\/40/);
    expect(stopped.code).toBe(1);
    expect(stopped.stderr).toContain('the same command goes on from there');
    const done = await run();
    expect(done.stdout).not.toContain('decoder 1 1/40');
    expect(done.stdout).toMatch(/decoder 1 40\/40/);
    expect(done.stdout).toMatch(/PSNR of held-out drawn pictures, levels 1-5/);
    expect(done.code).toBe(0);

    const [before, after] = ['assets/slim.safetensors', out].map((file) =>
      arraysOf(new Uint8Array(readFileSync(file))),
    );
    const same = (name: string): boolean =>
      Buffer.from(before!.get(name)!.values).equals(Buffer.from(after!.get(name)!.values));
    expect(same('decoder1.conv1_1.weight')).toBe(false);
    expect(same('decoder2.conv2_1.weight')).toBe(false);
    expect(same('decoder3.conv3_1.weight')).toBe(true);
    expect(same('encoder.conv5_1.weight')).toBe(true);
    const log = JSON.parse(readFileSync(out.replace(/safetensors$/, 'json'), 'utf8')) as { stages: object };
    expect(Object.keys(log.stages)).toEqual(['decoder 1', 'decoder 2']);
    expect(readdirSync(folder).filter((name) => name.includes('progress'))).toEqual([]);
  }, 120_000);
});

import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { encodeSafetensors } from 'pastiche/models';
import { openAutoencoders } from '../../examples/support/autoencoders.js';

const root = mkdtempSync(path.join(tmpdir(), 'pastiche-models-'));
afterAll(() => rmSync(root, { recursive: true }));

/** A folder with empty files of these names: they are opened only when a level is loaded. */
function folderWith(name: string, files: readonly string[]): string {
  const folder = path.join(root, name);
  for (const file of files) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), '');
  }
  return folder;
}

const pairs = (levels: readonly number[], encoder: (l: number) => string, decoder: (l: number) => string): string[] =>
  levels.flatMap((level) => [encoder(level), decoder(level)]);

describe('openAutoencoders({ models, family, levels })', () => {
  const open = async (models: string, more: { family?: string; levels?: number[] } = {}) => {
    const { family, levels, description } = await openAutoencoders({ models, ...more });
    return { family, levels: levels.map(({ level }) => level), description };
  };
  const own = [
    ...pairs(
      [1, 2, 3],
      (l) => `ust-encoder-${l}.safetensors`,
      (l) => `ust-decoder-${l}.safetensors`,
    ),
    ...pairs(
      [1, 2, 3, 4, 5],
      (l) => `ust16x-encoder-${l}.pth`,
      (l) => `ust16x-decoder-${l}.pth`,
    ),
  ];

  test.each<[string, string[], string, number[]]>([
    [
      'original',
      pairs(
        [1, 2, 5],
        (l) => `vgg19_${l}/vgg_normalised_conv${l}_1.pth`,
        (l) => `vgg19_${l}/feature_invertor_conv${l}_1.pth`,
      ),
      'ust',
      [5, 2, 1],
    ],
    [
      'compressed',
      pairs(
        [1, 4],
        (l) => `wct_se_16x_new/${l}SE.pth`,
        (l) => `wct_se_16x_new_sd/${l}SD.pth`,
      ),
      'ust16x',
      [4, 1],
    ],
    [
      'halves',
      ['ust16x-encoder-1.pth', 'ust16x-decoder-1.safetensors', 'ust16x-encoder-2.pth', 'notes.txt'],
      'ust16x',
      [1],
    ],
  ])('finds %s files by the names under which they are published', async (name, files, family, levels) => {
    expect(await open(folderWith(name, files))).toMatchObject({ family, levels });
  });

  test('takes the family with the most levels, or the first that has those asked for, and says what else is there', async () => {
    const folder = folderWith('both', own);
    const most = await open(folder);
    expect(most).toMatchObject({ family: 'ust16x', levels: [5, 4, 3, 2, 1] });
    expect(most.description).toContain('found ust (levels 1, 2, 3), ust16x (levels 1, 2, 3, 4, 5): --family chooses');
    expect(await open(folder, { levels: [3, 1] })).toMatchObject({ family: 'ust', levels: [3, 1] });
    expect(await open(folder, { levels: [3, 1], family: 'ust16x' })).toMatchObject({
      family: 'ust16x',
      levels: [3, 1],
    });
  });

  test('finds a file that holds everything, alone or in a folder, and reads it', async () => {
    expect(await open('assets/slim.safetensors')).toMatchObject({ family: 'slim', levels: [5, 4, 3, 2, 1] });
    const folder = folderWith('slim', ['broken.safetensors']);
    copyFileSync('assets/slim.safetensors', path.join(folder, 'own.safetensors'));
    const { family, levels } = await openAutoencoders({ models: folder, levels: [1] });
    expect(family).toBe('slim');
    await levels[0]!.load();
    expect(levels[0]!.loaded).toBe(true);
    levels[0]!.dispose();
  });

  test('knows public families by name, without fetching anything yet', async () => {
    expect(await open('ust')).toMatchObject({ family: 'ust', levels: [5, 4, 3, 2, 1] });
  });

  test('says what to do where something is missing', async () => {
    const folder = folderWith('some', own);
    const other = path.join(root, 'other.safetensors');
    writeFileSync(other, encodeSafetensors({ a: { shape: [1], values: [1] } }));
    const cases: [string, Parameters<typeof open>[1], RegExp][] = [
      ['nowhere', {}, /no folder or file nowhere, and no public autoencoders of that name: ust, ust16x\./],
      [
        folderWith('none', ['readme.md']),
        {},
        /no autoencoders under a known name.*1SE\.pth, with .*--models ust16x downloads/s,
      ],
      [other, {}, /no autoencoders under a known name/],
      [
        folder,
        { family: 'ust', levels: [4] },
        /holds ust \(levels 1, 2, 3\); got 4\..*ust: ust-encoder-4.safetensors or vgg_normalised_conv4_1.pth, with/s,
      ],
      [folder, { family: 'slim' }, /--family: .* holds ust .*; got 'slim'/],
      [folder, { levels: [6] }, /--levels must be some of 1,2,3,4,5; got 6/],
    ];
    for (const [models, more, message] of cases) await expect(open(models, more)).rejects.toThrow(message);
  });
});

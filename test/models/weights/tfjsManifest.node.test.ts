import { describe, expect, it } from 'vitest';
import {
  readConvolution,
  tfjsManifest,
  vggCandidates,
  vggConvolutions,
  type WeightSource,
} from '../../../src/models/weights/index.js';
import { expectWeightsError } from './_build.js';
import { dataFile, hasData, plainSafetensors } from './_data.js';
import { sendRange, serve } from './_server.js';

const folder = 'tfjs-vgg19-conv3_4';
const json = (name: string): object => JSON.parse(new TextDecoder().decode(dataFile(`${folder}/${name}`))) as object;
const fromFiles = (name: string): WeightSource =>
  tfjsManifest(json(name), { readShard: async (path) => Promise.resolve(dataFile(`${folder}/${path}`)) });

/** Compares with the same network in torch order, number by number. */
async function expectVgg(source: WeightSource, layers: string[]): Promise<void> {
  const expected = plainSafetensors('vgg19-imagenet-conv1_1-conv3_4.safetensors');
  for (const layer of layers) {
    const { kernel, kernelShape, bias } = await readConvolution(source, layer, vggCandidates('vgg19', layer));
    const torch = vggCandidates('vgg19', layer)[0]!;
    const [h, w, input, out] = kernelShape;
    const { values } = expected.get(`${torch}.weight`)!;
    let wrong = 0;
    for (let o = 0, at = 0; o < out; o++)
      for (let i = 0; i < input; i++)
        for (let place = 0; place < h * w; place++) if (kernel[(place * input + i) * out + o] !== values[at++]) wrong++;
    expect(wrong).toBe(0);
    expect([...bias]).toEqual(expected.get(`${torch}.bias`)!.values);
  }
}

describe.skipIf(!hasData)('tfjsManifest of a real model', () => {
  it('equals the same network in safetensors', () =>
    expectVgg(fromFiles('model.json'), vggConvolutions('vgg19', 'conv3_4')));

  it('reads what there is of a model whose other shards are missing, and names the shard that is not there', async () => {
    const source = fromFiles('model.original.json');
    await expectVgg(source, ['conv1_1', 'conv3_4']);
    await expectWeightsError(
      () => source.read('block5_conv1/kernel'),
      /shard 'group13-shard1of\d' could not be read: .*ENOENT/,
    );
  });

  it('fetches a model by its URL: only the shards that are needed, with the query of the URL', () => {
    const files: string[] = [];
    return serve(
      (request, response) => {
        const { pathname, search } = new URL(request.url!, 'http://localhost');
        const name = pathname.split('/').at(-1)!;
        files.push(name);
        if (search !== '?token=1') response.writeHead(403).end();
        else if (/^group(9|1\d)-/.test(name)) response.writeHead(404).end();
        else sendRange(dataFile(`${folder}/${name}`), request, response);
      },
      async (url) => {
        const source = tfjsManifest(`${url}/model.original.json?token=1`);
        await expectVgg(source, ['conv1_2']);
        expect([...new Set(files)]).toEqual(['model.original.json', 'group2-shard1of1']);
        await expectWeightsError(
          () => source.read('block4_conv1/kernel'),
          /group9-shard1of\d\?token=1: expected HTTP status 200 or 206; got 404/,
        );
      },
    );
  });

  it('says so when the URL gives no JSON', () =>
    serve(
      (_, response) => response.end('<!DOCTYPE html>'),
      (url) => expectWeightsError(() => tfjsManifest(url).entries(), /expected JSON; got SyntaxError/),
    ));
});

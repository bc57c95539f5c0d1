// Walks a new reader's path in an empty folder, from the packed tarball (npm run build first): the lines and programs of README and the
// guides, word for word but for the size of pictures and the number of steps, and looks whether pictures come out. Under a minute on two
// free cores: node scripts/check-walk.mjs. With a folder as argument the pictures are left there, to be looked at.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { assertBuilt, ok, pack, root } from './support/package.mjs';

assertBuilt();
const folder = mkdtempSync(path.join(tmpdir(), 'reader-'));
const kept = process.argv[2];
const env = { ...process.env, npm_config_audit: 'false', npm_config_fund: 'false', npm_config_prefer_offline: 'true' };
const sh = (command, cwd) =>
  execFileSync('bash', ['-euc', command], { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

/** The code blocks of a guide between a heading and the next one. */
function blocksOf(guide, heading) {
  const text = readFileSync(path.join(root, guide), 'utf8');
  const start = text.indexOf(`## ${heading}\n`);
  if (start < 0) throw new Error(`${guide}: there is no heading ${heading}`);
  const end = text.indexOf('\n## ', start);
  const section = text.slice(start, end < 0 ? undefined : end);
  return [...section.matchAll(/^```(\w+).*\n([\s\S]*?)^```$/gm)].map(([, language, code]) => ({ language, code }));
}

/** The one block of a section that has these words in it. */
function block(guide, heading, words) {
  const found = blocksOf(guide, heading).filter(({ code }) => code.includes(words));
  if (found.length !== 1)
    throw new Error(`${guide}, ${heading}: expected one block with ${words}; got ${found.length}`);
  return found[0].code;
}

/** Smaller numbers for the same program. Each must be there, so that nothing is run at full size unawares. */
function quick(code, names) {
  return names.reduce((text, name) => {
    const pattern = new RegExp(`\\b${name}: \\d+`, 'g');
    if (!pattern.test(text)) throw new Error(`the program has no ${name}`);
    return text.replace(pattern, `${name}: ${name === 'longSide' ? 96 : 3}`);
  }, code);
}

const tarball = pack(folder);
/** The lines of a guide with the tarball in place of the published package. */
const fromTarball = (lines) => lines.replaceAll('npm install pastiche', `npm install '${tarball}'`);

async function pictures(place) {
  const of = (name) => sharp(path.join(root, 'assets', name)).resize(192, 144, { fit: 'cover' });
  await of('content-harbour.png').jpeg().toFile(path.join(place, 'photo.jpg'));
  await of('style-swirls.png').jpeg().toFile(path.join(place, 'painting.jpg'));
}

/** Runs a program and looks at the picture that it writes: its size, and that it shows something, other than the photograph. */
async function paints(place, file, code, result) {
  rmSync(path.join(place, result), { force: true });
  writeFileSync(path.join(place, file), code);
  sh(`node ${file}`, place);
  const picture = path.join(place, result);
  const read = (from) => sharp(from).removeAlpha().resize(64, 48, { fit: 'fill' }).raw().toBuffer();
  const { format, width, height } = await sharp(picture).metadata();
  if (format !== 'png' || width !== 96 || height !== 72)
    throw new Error(`${result}: a ${format} of ${width}x${height}`);
  const { channels } = await sharp(picture).stats();
  if (channels.some(({ stdev }) => stdev < 10)) throw new Error(`${result} is all of one colour`);
  const [after, before] = [await read(picture), await read(path.join(place, 'photo.jpg'))];
  const change = after.reduce((sum, value, i) => sum + Math.abs(value - before[i]), 0) / after.length;
  if (change < 1 || change > 100) throw new Error(`${result} differs from the photograph by ${change} of 255`);
  if (kept !== undefined) {
    mkdirSync(kept, { recursive: true });
    copyFileSync(picture, path.join(kept, `${path.parse(file).name}.png`));
  }
  ok(`${path.relative(folder, place)}: ${file} paints, ${change.toFixed(0)} of 255 away from the photograph`);
}

/** A VGG-19 of eight channels and of no taste, with the names of torchvision. */
const strangersWeights = `import { writeFileSync } from 'node:fs';
import { encodeSafetensors } from 'pastiche';
let seed = 1;
const random = () => ((seed = (seed * 48271) % 2147483647) / 2147483647 - 0.5);
const arrays = {};
let channels = 3;
for (const [place, width] of [[0, 8], [2, 8], [5, 16], [7, 16], [10, 32], [12, 32], [14, 32], [16, 32], [19, 64], [21, 64]]) {
  const values = Float32Array.from({ length: width * channels * 9 }, () => (4 * random()) / Math.sqrt(channels * 9));
  arrays['features.' + place + '.weight'] = { shape: [width, channels, 3, 3], values };
  arrays['features.' + place + '.bias'] = { shape: [width], values: new Float32Array(width) };
  channels = width;
}
writeFileSync('vgg19.safetensors', encodeSafetensors(arrays));
`;

try {
  const start = 'docs/getting-started.md';
  sh(fromTarball(block(start, 'In Node', 'npm init')), folder);
  const painting = path.join(folder, 'painting');
  await pictures(painting);
  ok('installed as the guide says');
  const sizes = ['longSide'];
  const first = quick(block(start, 'In Node', 'stylize('), [...sizes, 'iterations']);
  await paints(painting, 'paint.js', first, 'result.png');
  const onePass = quick(block(start, 'One pass instead of an optimisation', 'loadAutoencoders('), sizes);
  await paints(painting, 'universal.js', onePass, 'result.png');
  const loss = quick(block('docs/custom-loss.md', 'On pictures', 'my loss'), [...sizes, 'maxIterations']);
  await paints(painting, 'loss.js', loss, 'loss.png');
  writeFileSync(path.join(painting, 'make.js'), strangersWeights);
  sh('node make.js', painting);
  const own = quick(block('docs/weights.md', 'Your own files', 'vgg19.safetensors'), [...sizes, 'iterations']);
  await paints(painting, 'own.js', own, 'result.png');

  const readme = path.join(folder, 'readme');
  mkdirSync(readme);
  sh(fromTarball(block('README.md', 'In your own code', 'npm install')), readme);
  await pictures(readme);
  const short = quick(block('README.md', 'Start', 'stylize('), [...sizes, 'iterations']);
  await paints(readme, 'short.mjs', short, 'result.png');
  const program = quick(block('README.md', 'In your own code', 'insertLossTaps('), [...sizes, 'maxIterations']);
  await paints(readme, 'paint.mjs', program, 'result.png');
} catch (error) {
  console.error(error.stdout ?? '', error.stderr ?? '', error.message);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

import type { Picture, PixelData } from '../protocol.js';
import type { Sample } from './samples.js';

/** Longer side that is kept of a picture: a little more than the largest result. */
const longest = 1024;

/** A picture with its name and an address for `<img>`. */
export interface NamedPicture extends Picture {
  readonly name: string;
  readonly address: string;
}

/** A file that is no picture, in words for the page. */
class PictureError extends Error {
  override name = 'PictureError';
}

let lastId = 0;

function pixelsOf(bitmap: ImageBitmap): PixelData {
  const scale = Math.min(1, longest / Math.max(bitmap.width, bitmap.height));
  const [width, height] = [bitmap.width, bitmap.height].map((side) => Math.max(1, Math.round(side * scale)));
  const canvas = new OffscreenCanvas(width!, height!);
  const context = canvas.getContext('2d');
  if (context === null) throw new PictureError('This browser cannot read the pixels of pictures.');
  context.imageSmoothingQuality = 'high';
  context.drawImage(bitmap, 0, 0, width!, height!);
  return context.getImageData(0, 0, width!, height!);
}

/** The pixels of a picture file, scaled down where it is large. */
export async function readPicture(file: Blob, name: string): Promise<NamedPicture> {
  const bitmap = await createImageBitmap(file).catch((cause: unknown) => {
    throw new PictureError(`${name} is no picture that this browser can read. Choose a JPEG, PNG or WebP file.`, {
      cause,
    });
  });
  try {
    if (bitmap.width < 16 || bitmap.height < 16)
      throw new PictureError(`${name} is only ${bitmap.width} x ${bitmap.height} pixels. Choose a larger picture.`);
    const { data, width, height } = pixelsOf(bitmap);
    return { id: ++lastId, data, width, height, name, address: URL.createObjectURL(file) };
  } finally {
    bitmap.close();
  }
}

/** The pixels of a sample, which comes with the page. */
export async function readSample({ name, url }: Sample): Promise<NamedPicture> {
  const response = await fetch(url).catch(() => undefined);
  if (response?.ok !== true) throw new PictureError(`The sample ${name} did not arrive. Is there a network?`);
  return readPicture(await response.blob(), name);
}

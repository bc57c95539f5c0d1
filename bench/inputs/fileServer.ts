import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Files in memory behind URLs, with byte ranges; counts what it sends. */
export interface FileServer {
  readonly url: (name: string) => string;
  /** Bytes sent of the files whose names begin so, since the server was started. */
  readonly sent: (prefix: string) => number;
  readonly close: () => void;
}

/** Starts a server on this machine. */
export async function serveFiles(files: ReadonlyMap<string, Uint8Array>): Promise<FileServer> {
  const sent = new Map<string, number>();
  const server = createServer((request, response) => {
    const name = decodeURI(request.url!.slice(1));
    const bytes = files.get(name);
    if (bytes === undefined) {
      response.writeHead(404).end();
      return;
    }
    const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
    const first = Number(range?.[1] ?? 0);
    const last =
      range?.[2] === undefined || range[2] === '' ? bytes.length - 1 : Math.min(Number(range[2]), bytes.length - 1);
    const part = bytes.subarray(first, last + 1);
    sent.set(name, (sent.get(name) ?? 0) + part.length);
    const headers = { 'Content-Length': part.length, 'Content-Range': `bytes ${first}-${last}/${bytes.length}` };
    response
      .writeHead(range === null ? 200 : 206, range === null ? { 'Content-Length': part.length } : headers)
      .end(part);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: (name) => `http://127.0.0.1:${port}/${encodeURI(name)}`,
    sent: (prefix) => [...sent].reduce((sum, [name, bytes]) => (name.startsWith(prefix) ? sum + bytes : sum), 0),
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Handler = (request: IncomingMessage, response: ServerResponse, count: number) => void;

/** A local HTTP server for one test; `requests` are the Range headers that it saw. */
export async function serve<T>(
  handler: Handler,
  use: (url: string, requests: (string | undefined)[]) => Promise<T>,
): Promise<T> {
  const requests: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    requests.push(request.headers.range);
    handler(request, response, requests.length);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}/weights`, requests);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** Answers with the range that was asked for, as a well-behaved server does. */
export function sendRange(bytes: Uint8Array, request: IncomingMessage, response: ServerResponse): void {
  const match = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
  if (match === null) {
    response.writeHead(200, { 'Content-Length': bytes.length }).end(bytes);
    return;
  }
  const first = Number(match[1]);
  const last = Math.min(Number(match[2]), bytes.length - 1);
  if (first >= bytes.length) {
    response.writeHead(416, { 'Content-Range': `bytes */${bytes.length}` }).end();
    return;
  }
  response.writeHead(206, {
    'Content-Range': `bytes ${first}-${last}/${bytes.length}`,
    'Content-Length': last - first + 1,
  });
  response.end(bytes.subarray(first, last + 1));
}

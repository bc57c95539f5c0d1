import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { type Browser, type BrowserContext, chromium } from 'playwright';
import { findChromium } from '../_setup/chromium.js';

/** The browser. */
export const executablePath = findChromium();

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.wasm': 'application/wasm',
  '.png': 'image/png',
};

/** What isolates a page from others, so that its threads may share memory. */
const isolation = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' };

/** The static files of a folder, on this machine only. */
async function serve(folder: string, headers: Readonly<Record<string, string>> = {}): Promise<Server> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const file = path.join(folder, pathname === '/' ? 'index.html' : pathname);
    if (!existsSync(file)) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'content-type': types[path.extname(file)] ?? 'application/octet-stream', ...headers });
    response.end(readFileSync(file));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return server;
}

/** A processor plays the graphics card. */
const software = [
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--use-webgpu-adapter=swiftshader',
  '--enable-unsafe-webgpu',
];

/** The page as `npm run build:page` makes it, behind a web server of its own, and a browser to look at it. */
export interface OpenPage {
  readonly browser: Browser;
  readonly address: string;
  /** The same page from a server that isolates it. */
  readonly isolated: string;
  /** Tabs as a person has them: one is seen, the others are hidden. Playwright lets all of its own believe that they are seen. */
  realTabs(): Promise<BrowserContext>;
  /** Ends the process in which the browser draws and computes on the graphics card; it starts another. */
  killGpu(): Promise<void>;
  close(): Promise<void>;
}

/** A number that no server has at the moment. */
async function freePort(): Promise<number> {
  const server = await serve('.');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export async function openPage(): Promise<OpenPage> {
  const folder = mkdtempSync(path.join(tmpdir(), 'pastiche-page-'));
  const config = path.resolve('examples/browser/vite.config.ts');
  // As from the command line, and not as a part of a test run.
  const { NODE_ENV, VITEST, ...env } = process.env;
  const vite = ['node_modules/vite/bin/vite.js', 'build', '--config', config, '--outDir', folder, '--logLevel', 'warn'];
  await promisify(execFile)(process.execPath, vite, { env });
  const servers = [await serve(folder), await serve(folder, isolation)];
  const [address, isolated] = servers.map((server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  const port = await freePort();
  const args = ['--no-sandbox', '--no-first-run', `--remote-debugging-port=${port}`];
  const browser = await chromium.launch({ executablePath: executablePath!, args: [...args, ...software] });
  return {
    browser,
    address: address!,
    isolated: isolated!,
    async realTabs() {
      const plain = await chromium.connectOverCDP(`http://127.0.0.1:${port}`, { noDefaults: true });
      return plain.contexts()[0]!;
    },
    async killGpu() {
      const session = await browser.newBrowserCDPSession();
      const { processInfo } = await session.send('SystemInfo.getProcessInfo');
      process.kill(processInfo.find(({ type }) => type === 'GPU')!.id, 'SIGKILL');
      await session.detach();
    },
    async close() {
      await browser.close();
      for (const server of servers) await new Promise((resolve) => server.close(resolve));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

import { existsSync } from 'node:fs';
import path from 'node:path';
import { defineConfig } from 'vitest/config';
import { backends } from './vitest.config.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder with golden values, or '' where there is none. */
    sharedData: string;
    inBrowser: boolean;
  }
}

const shared = path.resolve('../shared/data');
const sharedData = existsSync(shared) ? shared : '';

// What `npm run deviations` runs: the projects of the tests, with files of their own.
export default defineConfig({
  test: {
    projects: backends.map(({ test, ...rest }) => ({
      ...rest,
      server: { fs: { allow: ['.', shared] } },
      test: {
        ...test,
        include: ['test/deviations/*.deviations.ts'],
        provide: { ...test?.provide, sharedData, inBrowser: test?.browser !== undefined },
        // VGG-19 in full width.
        testTimeout: 600_000,
      },
    })),
  },
});

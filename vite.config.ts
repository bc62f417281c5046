import { fileURLToPath } from 'node:url';
import solid from 'vite-plugin-solid';
import { defineConfig } from 'vitest/config';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The page and its workers; and how the tests that need no browser run. The servers' build is server/launch/build.ts. */
export default defineConfig({
  root: here('shell'),
  // The icons are served as they are: /apps/terminal.svg, /porthole-192.png.
  publicDir: here('icons'),
  cacheDir: here('node_modules/.vite'),
  // Under Vitest nothing renders: the page is tested in a real browser.
  plugins: process.env['VITEST'] ? [] : [solid()],
  build: {
    outDir: here('dist/shell'),
    emptyOutDir: true,
    target: 'es2024',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  worker: { format: 'es' },
  test: {
    projects: [
      {
        extends: true,
        root: here('.'),
        test: { name: 'unit', include: ['tests/unit/**/*.test.ts'], environment: 'node' },
      },
      {
        extends: true,
        root: here('.'),
        test: {
          name: 'integration',
          include: ['tests/{integration,security}/**/*.test.ts'],
          environment: 'node',
          // Real processes on two cores: one file at a time.
          fileParallelism: false,
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});

/** The bundles that the build consists of, each by Vite: the page, its service worker, and one file for each server. */
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build, type InlineConfig } from 'vite';
import { allFiles, precacheEntries } from './precache.ts';

/** What all have in common; warnings go to stderr, where all but the ready line goes. */
const common: InlineConfig = { logLevel: 'warn', clearScreen: false };

/** @param root the checkout @param outDir becomes the built page, all that is served of it */
export async function bundlePage(root: string, outDir: string): Promise<void> {
  await build({
    ...common,
    root: join(root, 'shell'),
    configFile: join(root, 'vite.config.ts'),
    // Vite's other ways write into node_modules.
    configLoader: 'native',
    build: { outDir, emptyOutDir: true },
  });
  const manifest: { default: unknown } = await import(pathToFileURL(join(root, 'manifests/web-manifest.ts')).href);
  writeFileSync(join(outDir, 'manifest.webmanifest'), JSON.stringify(manifest.default));
  await bundleServiceWorker(root, outDir);
  precompress(outDir);
}

async function bundleServiceWorker(root: string, outDir: string): Promise<void> {
  const source = join(root, 'workers/service-worker.ts');
  const placeholder = 'self.__WB_MANIFEST';
  if (!readFileSync(source, 'utf8').includes(placeholder)) throw new Error(`${source} does not use ${placeholder}.`);
  await build({
    ...common,
    root,
    configFile: false,
    publicDir: false,
    define: {
      [placeholder]: JSON.stringify(precacheEntries(outDir)),
      'process.env.NODE_ENV': '"production"',
    },
    build: {
      outDir,
      emptyOutDir: false,
      target: 'es2024',
      modulePreload: { polyfill: false },
      rolldownOptions: { input: source, output: { format: 'iife', entryFileNames: 'service-worker.js' } },
    },
  });
}

const text = /\.(html|js|css|json|svg|webmanifest|txt)$/;

/** Puts a .br and a .gz beside each file that they make smaller. */
function precompress(folder: string): void {
  for (const file of allFiles(folder).filter((name) => text.test(name))) {
    const path = join(folder, file);
    const bytes = readFileSync(path);
    const packed = {
      br: brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }),
      gz: gzipSync(bytes, { level: 9 }),
    };
    for (const [ending, smaller] of Object.entries(packed)) {
      if (smaller.length < bytes.length) writeFileSync(`${path}.${ending}`, smaller);
    }
  }
}

const servers = ['gateway', 'orchestrator', 'agent'] as const;

/** One file each with all that it needs, but the agent's foreign functions, which are machine code and lie beside it. */
export async function bundleServers(root: string, outDir: string): Promise<void> {
  for (const server of servers) {
    await build({
      ...common,
      root,
      configFile: false,
      publicDir: false,
      ssr: { noExternal: true, external: ['koffi'] },
      build: {
        ssr: join(root, `server/${server}/main.ts`),
        outDir,
        emptyOutDir: false,
        target: 'node24',
        minify: false,
        rolldownOptions: { output: { entryFileNames: `${server}.mjs`, codeSplitting: false } },
      },
    });
  }
  const from = join(root, 'node_modules');
  const to = join(outDir, 'node_modules');
  mkdirSync(join(to, '@koromix'), { recursive: true });
  // Its sources and manuals are not needed to run it.
  cpSync(join(from, 'koffi'), join(to, 'koffi'), {
    recursive: true,
    filter: (path) =>
      !/\/koffi\/(doc|vendor|lib|src\/koffi\/src\/.*(?<!js))$/.test(path) && !/\.(cc|hh|inc|S|asm|def)$/.test(path),
  });
  const native = `@koromix/koffi-${process.platform}-${process.arch}`;
  if (!existsSync(join(from, native)))
    throw new Error(`There is no ${native}: terminals have no machine code for this machine.`);
  cpSync(join(from, native), join(to, native), { recursive: true });
}

// @ts-check
import { copyFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { build } from 'rolldown';

/** The charting library inside the module that draws with it: nobody has to install it. */
await build({
  input: 'dist/report/charts/draw.js',
  platform: 'node',
  plugins: [licenses()],
  output: { dir: 'dist/report/charts', entryFileNames: 'draw.js', minify: true },
});
mkdirSync('dist/report/charts/assets', { recursive: true });
for (const name of ['ttf/DejaVuSans.ttf', 'LICENSE']) {
  copyFileSync(`node_modules/dejavu-fonts-ttf/${name}`, `dist/report/charts/assets/${basename(name)}`);
}

/**
 * The command line in a few files: Node opens, resolves and compiles each module by itself, which took more than half
 * of `delve inspect`. Only what tsc has written is bundled, so `dist/index.js` and the workers stay as they are.
 */
await build({
  input: 'dist/cli/main.js',
  platform: 'node',
  // The public API with its workers, which are found beside their callers; the errors, so that both sides mean the
  // same classes; the version, which is read relative to its own place; and modules with binaries.
  external: [/dist[\\/](index|errors|version)\.js$/, 'onnxruntime-node', 'sharp'],
  plugins: [licenses()],
  output: { dir: 'dist/bundle', chunkFileNames: '[name].js', cleanDir: true },
});

/** What a browser runs of the HTML report, in one file that stands inside the page. */
await build({
  input: 'src/report/html/page/main.ts',
  platform: 'browser',
  plugins: [licenses()],
  output: { dir: 'dist/report/html/assets', entryFileNames: 'page.js', format: 'iife', minify: true },
});
copyFileSync('src/report/html/page/page.css', 'dist/report/html/assets/page.css');

/**
 * Puts the licences of the packages that are copied into the bundle beside it, as they ask for.
 *
 * @returns {import('rolldown').Plugin}
 */
function licenses() {
  return {
    name: 'licenses',
    generateBundle(_options, bundle) {
      const modules = Object.values(bundle).flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []));
      const packages = modules.flatMap(
        (id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(dirname(id).replaceAll('\\', '/'))?.[0] ?? [],
      );
      const texts = [...new Set(packages)].sort().map((folder) => {
        const name = folder.replace(/^.*\/node_modules\//, '');
        const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
        const { license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
        return `${name}\n\n${file ? readFileSync(join(folder, file), 'utf8').trim() : license}\n`;
      });
      this.emitFile({
        type: 'asset',
        fileName: 'LICENSES.txt',
        source: texts.join(`\n${'-'.repeat(80)}\n\n`),
      });
    },
  };
}

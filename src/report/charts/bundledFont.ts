import { rmSync } from 'node:fs';
import { access, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

let done = false;

/**
 * Lets the library that draws text find the font that comes along, beside those of the machine: containers often have
 * none, and pictures would be without words. It reads where fonts are from the environment, once, when it first draws.
 */
export async function useBundledFont(): Promise<void> {
  if (done || process.env.FONTCONFIG_FILE !== undefined) return;
  done = true;
  const font = await bundledFont();
  const folder = await mkdtemp(join(tmpdir(), 'delve-fonts-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const directories = [
    dirname(font),
    '/usr/share/fonts',
    '/usr/local/share/fonts',
    '/System/Library/Fonts',
    ...(process.platform === 'win32' ? ['WINDOWSFONTDIR'] : []),
  ];
  const file = join(folder, 'fonts.conf');
  await writeFile(
    file,
    `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>${directories
      .map((directory) => `<dir>${directory.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</dir>`)
      .join('')}<cachedir>${folder}</cachedir></fontconfig>`,
  );
  process.env.FONTCONFIG_FILE = file;
}

/** Beside the built package's own modules, also where this one was bundled, or is run uncompiled. */
async function bundledFont(): Promise<string> {
  const places = ['./assets', '../report/charts/assets', '../../../dist/report/charts/assets'];
  for (const place of places) {
    const path = fileURLToPath(new URL(`${place}/DejaVuSans.ttf`, import.meta.url));
    const isThere = await access(path).then(
      () => true,
      () => false,
    );
    if (isThere) return path;
  }
  throw new Error('the font of pictures is missing: build the package, npm run build');
}

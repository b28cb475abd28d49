import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** Where Chromium may stand, `DELVE_CHROMIUM` first. */
const PLACES = [
  process.env.DELVE_CHROMIUM ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** The browser that there is; where there is none, its tests are skipped, and say so. */
export const browserPath = PLACES.find((path) => path !== '' && existsSync(path));
if (browserPath === undefined) {
  console.warn(
    'browser tests are skipped: no Chromium was found (install one, or name it in DELVE_CHROMIUM)',
  );
}

export async function openBrowser(): Promise<Browser> {
  // Containers run as root, where Chromium's own sandbox does not start.
  return chromium.launch({ executablePath: browserPath, args: ['--no-sandbox'] });
}

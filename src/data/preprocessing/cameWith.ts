import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { CameWith, ImageOptions } from '../options.js';
import { readPreprocessorConfig } from './preprocessorConfig.js';

const CONFIG = 'preprocessor_config.json';

/** Options that say what is done to values or sizes. */
const PREPARING = ['resize', 'crop', 'scale', 'mean', 'std', 'preset'] as const;

/**
 * How images are prepared: as asked for; else as a `preprocessor_config.json` beside the model says (or in the folder above,
 * where the model lies in one called `onnx`), or the model's own metadata, as Ultralytics writes them.
 *
 * @returns the options, and in words for people what was taken from where.
 * @throws UserError where the configuration cannot be read.
 */
export async function preparedAs(
  options: ImageOptions,
  came: CameWith | undefined,
): Promise<{ options: ImageOptions; notices: string[] }> {
  const { preprocessor, ...given } = options;
  if (preprocessor !== undefined) {
    return merged(await readPreprocessorConfig(preprocessor), given, preprocessor);
  }
  const asked = PREPARING.filter((key) => given[key] !== undefined);
  const found = came && (await configBeside(came.path));
  if (found !== undefined) {
    if (asked.length === 0) return merged(await readPreprocessorConfig(found), given, found);
    const notice = `${found} is left out, since --${asked[0]} says what is done to images: --preprocessor takes it, and single options go before it`;
    return { options: given, notices: [notice] };
  }
  const written = new Map(came?.metadata.map(({ key, value }) => [key, value]));
  if (asked.length === 0 && /ultralytics/i.test(written.get('author') ?? '')) {
    const detects = written.get('task') !== 'classify';
    if (detects) return merged({ preset: 'yolo' }, given, "the model's metadata (Ultralytics)");
  }
  return { options: given, notices: [] };
}

function merged(base: ImageOptions, given: ImageOptions, from: string) {
  const told = Object.entries(given).filter(([, value]) => value !== undefined);
  return {
    options: { ...base, ...Object.fromEntries(told) },
    notices: [`images are prepared as ${from} says; --preset none leaves them as they are`],
  };
}

async function configBeside(model: string): Promise<string | undefined> {
  const folder = dirname(model);
  const places = [folder, ...(/(^|[\\/])onnx$/.test(folder) ? [join(folder, '..')] : [])];
  for (const place of places) {
    const path = join(place, CONFIG);
    if ((await stat(path).catch(() => undefined))?.isFile()) return path;
  }
  return undefined;
}

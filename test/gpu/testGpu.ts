import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { table } from '../../bench/tables.js';
import { batchesPart } from './batchesPart.js';
import { diagnose } from './delve.js';
import { devicesPart } from './devicesPart.js';
import { imagesPart } from './imagesPart.js';
import { librariesInUse } from './libraries.js';
import { memoryPart } from './memoryPart.js';
import { momentsPart } from './momentsPart.js';
import { type Part, type Row, type Settings, settingsFrom } from './settings.js';
import { smallPart } from './smallPart.js';
import { againWithSoftwareDevice, hasSoftwareDevice } from './softwareDevice.js';
import { speedPart } from './speedPart.js';

/*
 * The whole proof on a GPU in one command. See README.md.
 * Exit code 0: passed, or skipped without a GPU; 1: something was found wrong; 2: it could not run.
 */
const folder = await mkdtemp(join(tmpdir(), 'delve-gpu-'));
try {
  process.exitCode = await prove(settingsFrom(process.argv.slice(2), folder));
} catch (error) {
  console.error(`test:gpu: ${error instanceof Error ? error.stack : error}`);
  process.exitCode = 2;
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function prove(settings: Settings): Promise<number> {
  if (settings.software && !hasSoftwareDevice()) {
    const code = await againWithSoftwareDevice(folder);
    if (code === undefined) console.log('skipped: no SwiftShader, which Debian has in its package chromium');
    return code ?? 0;
  }
  // Read once by a process: what is compared, plain inference among it, has to be on one side of it.
  if (settings.provider === 'cuda') process.env.NVIDIA_TF32_OVERRIDE = settings.tf32 ? '1' : '0';
  const machine = await diagnose();
  const provider = machine.providers.find(({ name }) => name === settings.provider);
  if (!provider?.loads) {
    console.log(`skipped: ${settings.provider} does not load here (${provider?.reason ?? 'unknown'})`);
    for (const sentence of machine.advice) console.log(sentence);
    await save(settings, { skipped: true, reason: provider?.reason, machine });
    return 0;
  }
  const parts: Record<string, () => Promise<Part>> = {
    speed: () => speedPart(settings),
    batches: () => batchesPart(settings),
    moments: () => momentsPart(settings),
    devices: () => devicesPart(settings, machine.gpus.length),
    images: () => imagesPart(settings),
    memory: () => memoryPart(settings),
    small: () => smallPart(settings),
  };
  const rows: Row[] = [];
  const results: Record<string, unknown> = {};
  for (const name of settings.parts) {
    const part = parts[name];
    const started = performance.now();
    console.error(`${name} …`);
    try {
      const { rows: more, details } = await part();
      rows.push(...more);
      results[name] = { rows: more, details, seconds: (performance.now() - started) / 1000 };
    } catch (error) {
      // The other parts have something to tell all the same.
      rows.push({
        what: name,
        found: error instanceof Error ? error.message : String(error),
        bound: 'runs',
        passed: false,
      });
    }
    await save(settings, {
      skipped: false,
      settings: { ...settings, folder: undefined },
      machine,
      libraries: await librariesInUse(),
      rows,
      results,
    });
  }
  const verdict = ({ passed }: Row) => (passed === undefined ? '' : passed ? 'yes' : 'NO');
  console.log(
    table(
      ['what', 'found', 'bound', 'reached'],
      rows.map((row) => [row.what, row.found, row.bound ?? '', verdict(row)]),
    ),
  );
  return rows.some(({ passed }) => passed === false) ? 1 : 0;
}

async function save({ json }: Settings, result: object): Promise<void> {
  if (json !== undefined) await writeFile(json, `${JSON.stringify(result, null, 2)}\n`);
}

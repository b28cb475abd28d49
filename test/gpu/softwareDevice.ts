import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { symlink, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/** Where browsers keep SwiftShader, a Vulkan device in software, and the loader that finds it. */
const FOLDERS = ['/usr/lib/chromium', '/usr/lib/chromium-browser', '/opt/google/chrome'];

/** Set in the process that has the device. */
const HAS_DEVICE = 'DELVE_TEST_SOFTWARE_DEVICE';

export const hasSoftwareDevice = (): boolean => process.env[HAS_DEVICE] === '1';

/**
 * Runs this program again with SwiftShader as its Vulkan device: what a library finds is settled when a process starts.
 *
 * @param folder for the description of the device.
 * @returns its exit code; `undefined` where there is no such device.
 */
export async function againWithSoftwareDevice(folder: string): Promise<number | undefined> {
  const found = FOLDERS.find((each) => existsSync(join(each, 'libvk_swiftshader.so')));
  if (found === undefined) return undefined;
  const description = {
    file_format_version: '1.0.0',
    ICD: { library_path: join(found, 'libvk_swiftshader.so'), api_version: '1.0.5' },
  };
  const icd = join(folder, 'swiftshader.json');
  await writeFile(icd, JSON.stringify(description));
  // The browser's folder has other libraries too, which nobody else is to find.
  const loader = join(found, 'libvulkan.so.1');
  if (existsSync(loader)) await symlink(loader, join(folder, 'libvulkan.so.1'));
  const child = spawn(process.execPath, process.argv.slice(1), {
    stdio: 'inherit',
    env: {
      ...process.env,
      ...{ [HAS_DEVICE]: '1', VK_ICD_FILENAMES: icd, VK_DRIVER_FILES: icd },
      LD_LIBRARY_PATH: [folder, process.env.LD_LIBRARY_PATH].filter(Boolean).join(delimiter),
    },
  });
  const [code] = await once(child, 'exit');
  return typeof code === 'number' ? code : 1;
}

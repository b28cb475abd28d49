import { readFileSync } from 'node:fs';

/**
 * The most resident memory that this process has had, in KiB. Linux counts in `ru_maxrss` what the parent had when it
 * started this one, so there the kernel's own mark of this address space is read.
 */
export function peakMemory(): number {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS;
  const [, peak] = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  if (peak === undefined) throw new Error('/proc/self/status does not tell the peak of resident memory');
  return Number(peak);
}

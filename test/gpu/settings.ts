import { parseArgs } from 'node:util';

export interface Settings {
  /** The provider under test. `cpu` only rehearses: the proof runs on the CPU against itself, on small work. */
  readonly provider: 'cuda' | 'webgpu' | 'cpu';
  /** Where the results go as JSON. */
  readonly json?: string;
  /** The Python that has PyTorch and delve. */
  readonly python: string;
  readonly rounds: number;
  /** Allow TF32 in the activations, on both sides. */
  readonly tf32: boolean;
  /** The parts that are done, in this order. */
  readonly parts: readonly string[];
  /** Take a Vulkan device in software, for WebGPU. */
  readonly software: boolean;
  /** For models and data; removed at the end. */
  readonly folder: string;
}

/** A row of the table in the end. */
export interface Row {
  readonly what: string;
  /** What was measured, for people. */
  readonly found: string;
  /** What it has to be, for people; absent: it is only reported. */
  readonly bound?: string;
  /** Absent: it is only reported. */
  readonly passed?: boolean;
}

/** What a part of the proof has found: rows for the table, and everything behind them. */
export interface Part {
  readonly rows: readonly Row[];
  readonly details?: unknown;
}

/** What the proof consists of. Memory comes last: where the process dies of it, nothing else is lost. */
export const PARTS: readonly string[] = ['speed', 'batches', 'moments', 'devices', 'images', 'memory'];
/** What it may consist of besides: `small` is in the others. */
const MORE_PARTS: readonly string[] = ['small'];

/** @throws TypeError for options that it does not know. */
export function settingsFrom(args: readonly string[], folder: string): Settings {
  const { values } = parseArgs({
    args: [...args],
    options: {
      provider: { type: 'string', default: 'cuda' },
      json: { type: 'string' },
      python: { type: 'string', default: 'python3' },
      rounds: { type: 'string', default: '2' },
      tf32: { type: 'boolean', default: false },
      parts: { type: 'string' },
      software: { type: 'boolean', default: false },
    },
  });
  const { provider, json, python, rounds, tf32, software } = values;
  if (provider !== 'cuda' && provider !== 'webgpu' && provider !== 'cpu') {
    throw new TypeError(`--provider ${provider}: give cuda, webgpu, or cpu for a rehearsal`);
  }
  if (software && provider !== 'webgpu') throw new TypeError('--software is for --provider webgpu');
  const parts = values.parts?.split(',') ?? (software ? MORE_PARTS : PARTS);
  const known = [...PARTS, ...MORE_PARTS];
  const unknown = parts.find((part) => !known.includes(part));
  if (unknown !== undefined) throw new TypeError(`--parts ${unknown}: give some of ${known.join(', ')}`);
  return { provider, json, python, rounds: Math.max(1, Number(rounds) || 1), tf32, parts, software, folder };
}

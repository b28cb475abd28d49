import type { RunData } from '../../run/schema.js';
import { isRecord } from '../../shape/jsonShape.js';
import { counted } from '../../text/numbers.js';

const SHOWN = 6;

/** What was done to the data: `mean 0.1307, std 0.3081`, in front of each the source where there are several. */
export function preprocessingInWords({
  preprocessing = {},
}: Pick<RunData, 'preprocessing'>): string | undefined {
  const parts = Object.entries(preprocessing).map(([key, value]) =>
    isRecord(value) ? `${key}: ${settings(Object.entries(value))}` : settings([[key, value]]),
  );
  return parts.length === 0
    ? undefined
    : parts.join(Object.values(preprocessing).some(isRecord) ? '; ' : ', ');
}

/** How many samples each label has: `10 labels (0: 33, 1: 31, …)`, the most frequent first. */
export function labelsInWords({ labels }: RunData): string | undefined {
  const all = Object.entries(labels?.counts ?? {}).sort(([, a], [, b]) => b - a);
  if (all.length === 0) return undefined;
  const shown = all.slice(0, SHOWN).map(([label, samples]) => `${label}: ${samples}`);
  return `${counted(all.length, 'label')} (${[...shown, ...(all.length > SHOWN ? ['…'] : [])].join(', ')})`;
}

const settings = (entries: readonly (readonly [string, unknown])[]): string =>
  entries.map(([key, value]) => `${key} ${inWords(value)}`).join(', ');

function inWords(value: unknown): string {
  if (typeof value === 'number') return String(Number(value.toPrecision(4)));
  if (Array.isArray(value)) return value.map(inWords).join(' ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}

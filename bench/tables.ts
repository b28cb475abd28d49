import type { Compared, Summary } from './paired.js';
import type { PerBatch } from './perBatch.js';
import type { WholeRun } from './wholeRun.js';
import type { Workload } from './workload.js';

/** The two measurements as tables in Markdown, every number as median (smallest – largest of all rounds). */
export function perBatchTable({ name, batchSize }: Workload, measured: PerBatch): string {
  const row = (label: string, { cost, ratio }: Compared) => [
    label,
    spread(cost, 1),
    ((1000 * batchSize) / cost.median).toFixed(1),
    spread(ratio, 2),
  ];
  return table(
    [`${name}, one batch`, 'ms', 'samples/s', 'ratio to plain'],
    [
      row('plain inference', measured.plain),
      row('moments in the graph, float64', measured.float64),
      row('moments in the graph, float32', measured.float32),
      row('activations copied out, nothing computed', measured.exposed),
    ],
  );
}

export function wholeRunTable({ name }: Workload, { images, seconds, pass }: WholeRun): string {
  const row = (label: string, { cost, ratio }: Compared, ofIt?: Summary) => [
    label,
    spread(cost, 2),
    ofIt ? spread(ofIt, 2) : '–',
    (images / cost.median).toFixed(1),
    spread(ratio, 2),
  ];
  return table(
    [`${name}, ${images} samples`, 's, all', 's, the pass', 'samples/s', 'ratio to plain'],
    [
      row('plain inference', seconds.plain),
      row('analyze(), float64', seconds.float64, pass.float64),
      ...(seconds.float32 ? [row('analyze(), float32', seconds.float32, pass.float32)] : []),
      ...(seconds.python ? [row('Python delve', seconds.python)] : []),
    ],
  );
}

function spread({ median, min, max }: Summary, digits: number): string {
  return `${median.toFixed(digits)} (${min.toFixed(digits)} – ${max.toFixed(digits)})`;
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i].length)));
  const line = (cells: readonly string[]) => `| ${cells.map((c, i) => c.padEnd(widths[i])).join(' | ')} |`;
  return [line(head), `|${widths.map((w) => '-'.repeat(w + 2)).join('|')}|`, ...rows.map(line)].join('\n');
}

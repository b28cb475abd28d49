import type { Summary } from './paired.js';
import { type Row, reached } from './row.js';
import { table } from './tables.js';

/** All comparisons as a table in Markdown: work, ratio as median (smallest – largest), bound, whether it is reached. */
export function reachTable(rows: readonly Row[]): string {
  return table(
    ['work', 'measured ratio', 'bound', 'reached'],
    rows.map((row) => {
      const remark = row.remark ?? '';
      const measured = row.ratio ? `${spread(row.ratio)}${remark && `; ${remark}`}` : remark;
      const verdict = reached(row);
      return [row.work, measured, boundText(row), verdict === undefined ? '–' : verdict ? 'yes' : 'no'];
    }),
  );
}

function boundText({ bound }: Row): string {
  if (!bound) return 'reported';
  return 'atMost' in bound ? `≤ ${bound.atMost}` : `≥ ${bound.atLeast}`;
}

function spread({ median, min, max }: Summary): string {
  const digits = median < 10 ? 2 : 1;
  return `${median.toFixed(digits)} (${min.toFixed(digits)} – ${max.toFixed(digits)})`;
}

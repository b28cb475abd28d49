import type { Run } from '../../run/schema.js';
import { padStart } from '../../text/displayWidth.js';
import { printable } from '../../text/printable.js';
import { xmlText } from '../../text/xmlText.js';
import { pageHead } from '../html/pageHead.js';
import { type InspectedLayer, type InspectedModel, inspectedLayers } from './inspectedLayer.js';
import { type Column, columnsFor } from './inspectionColumns.js';
import { inspectionHeading, unobservable } from './inspectionHeading.js';
import { inspectionRemarks } from './inspectionRemarks.js';

/**
 * The list of layers as a page of its own: cost and receptive field, and beside them, where a run is at hand, what it found.
 * Nothing in it runs, and nothing is fetched.
 */
export function inspectionHtml(inspected: InspectedModel, run?: Run): string {
  const layers = inspectedLayers(inspected, run);
  const heading = inspectionHeading(inspected, layers);
  const columns = columnsFor(layers, inspected, run);
  const name = xmlText(printable(inspected.model.path));
  const { title, reasons } = unobservable(inspected.notObservable);
  const paragraphs = [
    ...inspectionRemarks(layers, '…').map((sentences) => sentences.join('. ')),
    ...(inspected.costUnknown === undefined ? [] : [inspected.costUnknown]),
  ];
  return `${pageHead(`${name} – delve inspect`, POLICY, STYLE)}
<body>
<main>
<h1>${name}</h1>
${heading.model.map((line) => `<p>${xmlText(line)}</p>`).join('\n')}
<div class="table" role="region" aria-label="Layers" tabindex="0">
<table>
<caption>${xmlText(heading.totals)}</caption>
<thead><tr><th scope="col">layer</th>${columns.map(head).join('')}</tr></thead>
<tbody>
${layers.map((layer) => row(layer, columns)).join('\n')}
</tbody>
</table>
</div>
${paragraphs.map((text) => `<p>${xmlText(printable(text))}</p>`).join('\n')}
${reasons.length > 0 ? `<h2>${xmlText(title)}</h2>\n<ul>${reasons.map((reason) => `<li>${xmlText(reason)}</li>`).join('')}</ul>` : ''}
</main>
</body>
</html>
`;
}

const isNumber = ({ align }: Column): boolean => align === padStart;

const head = (column: Column): string =>
  `<th scope="col"${isNumber(column) ? ' class="number"' : ''}>${xmlText(column.title)}</th>`;

function row(layer: InspectedLayer, columns: readonly Column[]): string {
  const { reasons = [] } = layer;
  const told = reasons.length > 0 ? ` title="${xmlText(reasons.map(printable).join('. '))}"` : '';
  const cells = columns.map((column) => cell(layer, column));
  return `<tr${told}><th scope="row">${xmlText(printable(layer.name))}</th>${cells.join('')}</tr>`;
}

/** Shares are bars behind their numbers. */
function cell(layer: InspectedLayer, column: Column): string {
  const text = xmlText(column.cell(layer));
  if (!isNumber(column)) return `<td>${text}</td>`;
  const share =
    column.title === 'saturation' ? layer.saturation : column.title === 'share' ? layer.macsShare : null;
  if (typeof share !== 'number') return `<td class="number">${text}</td>`;
  return `<td class="number bar" style="--share: ${(100 * Math.min(1, share)).toFixed(1)}%">${text}</td>`;
}

/** Nothing runs, and nothing is fetched. */
const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

const STYLE = `:root { --ink: #1b1f24; --paper: #ffffff; --line: #d8dee4; --bar: #b6d4f5; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --paper: #0d1117; --line: #30363d; --bar: #1f4b7a; } }
body { margin: 0; color: var(--ink); background: var(--paper); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 90rem; margin: 0 auto; padding: 1.5rem; }
h1 { font-size: 1.3rem; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; }
p { margin: 0.4rem 0; max-width: 60rem; }
.table { overflow-x: auto; margin: 1rem 0; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
caption { text-align: left; padding: 0.3rem 0; font-weight: 600; }
th, td { padding: 0.15rem 0.7rem; text-align: left; white-space: nowrap; border-bottom: 1px solid var(--line); }
thead th { position: sticky; top: 0; background: var(--paper); }
tbody th { font-weight: normal; }
.number { text-align: right; }
.bar { background: linear-gradient(to right, var(--bar) var(--share), transparent var(--share)); }`;

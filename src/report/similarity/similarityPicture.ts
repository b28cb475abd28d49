import type { Similarity } from '../../similarity/results.js';
import { axisName, ink } from '../charts/look.js';
import type { Picture } from '../charts/picture.js';
import { type Cell, shareHeatmap } from '../charts/shareHeatmap.js';

const CELL = 18;
const LEFT = 190;

/** How alike all pairs of layers are, as a heatmap: the layers of the model as rows, from the first at the top. */
export function similarityPicture(
  { model, modelB, layers, layersB = layers, cka, svcca, samples }: Similarity,
  measure: 'cka' | 'svcca',
): Picture & { readonly width: number } {
  const values = measure === 'cka' ? cka : svcca;
  const cells = layers.flatMap((_, i) =>
    layersB.flatMap((__, j): Cell[] => {
      const value = values[i][j];
      return value === null ? [] : [[j, i, Math.max(0, Math.min(1, value))]];
    }),
  );
  const name = measure === 'cka' ? 'Linear CKA' : 'SVCCA';
  const isFew = cells.length <= 400;
  const cell = isFew ? 34 : CELL;
  return {
    width: Math.max(560, LEFT + 90 + cell * layersB.length),
    height: 200 + CELL * layers.length,
    title: `${name}: ${axisName(model, 40)}${modelB === undefined ? '' : ` and ${axisName(modelB, 40)}`}`,
    description: `How alike layers see ${samples} samples: 1 is the same but for a rotation and a scale, 0 nothing in common.`,
    option: {
      grid: { left: LEFT, right: 80, top: 74, bottom: 120 },
      ...shareHeatmap(layersB, layers, cells, ink, {
        rotate: 60,
        format: (value) => (value === 0 || value === 1 ? String(value) : value.toFixed(2)),
        isWritten: isFew,
        isEveryColumnNamed: true,
        row: CELL,
      }),
    },
  };
}

import type { Similarity } from '../../similarity/results.js';
import { axisName, axisStyle, ink } from '../charts/look.js';
import type { Picture } from '../charts/picture.js';
import { shade } from '../charts/shade.js';

const CELL = 18;
const LEFT = 190;

/** How alike all pairs of layers are, as a heatmap: the layers of the model as rows, from the first at the top. */
export function similarityPicture(
  { model, modelB, layers, layersB = layers, cka, svcca, samples }: Similarity,
  measure: 'cka' | 'svcca',
): Picture & { readonly width: number } {
  const values = measure === 'cka' ? cka : svcca;
  const cells = layers.flatMap((_, i) =>
    layersB.flatMap((__, j) => {
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
      visualMap: {
        ...{ min: 0, max: 1, right: 4, top: 'middle', itemHeight: Math.min(140, CELL * layers.length) },
        textStyle: { color: ink.faint },
        text: ['1', '0'],
        inRange: { color: [shade(0), shade(0.5), shade(1)] },
      },
      xAxis: {
        ...axisStyle,
        type: 'category',
        data: layersB.map((layer) => axisName(layer, 18)),
        axisLabel: { ...axisStyle.axisLabel, rotate: 60, interval: 0 },
      },
      yAxis: {
        ...axisStyle,
        type: 'category',
        inverse: true,
        data: layers.map((layer) => axisName(layer, 26)),
        axisLabel: { ...axisStyle.axisLabel, interval: 0 },
      },
      series: [
        {
          type: 'heatmap',
          data: cells,
          label: {
            show: isFew,
            fontSize: 10,
            formatter: ({ value }: { value: readonly number[] }) => value[2].toFixed(2),
          },
        },
      ],
    },
  };
}

import type { Probe } from '../../probe/results.js';
import { readLayers } from '../../readings/layerReadings.js';
import type { Run } from '../../run/schema.js';
import { axisName, ink, layersAxis, shareAxis } from '../charts/look.js';
import type { Picture } from '../charts/picture.js';
import { layersGrid, saturationBars } from '../charts/saturationBars.js';
import { probeWords } from './probeWords.js';

const HELD_OUT = 'held-out accuracy';
const TRAINED_ON = 'training accuracy';

/** The accuracy of each layer's probe as lines, over bars of its saturation coloured by its reading. */
export function probePicture(probe: Probe, run: Run, width: number): Picture {
  const names = probe.layers.map(({ name }) => name);
  const chosen = new Set(names);
  const bars = saturationBars(
    readLayers(run).layers.filter(({ layer }) => chosen.has(layer.name)),
    ink,
  );
  const line = (name: string, color: string, data: readonly (number | null)[], type: string) => ({
    ...{ type: 'line', name, data, symbolSize: 6, itemStyle: { color } },
    lineStyle: { color, width: 2, type },
  });
  return {
    height: 420,
    title: `Linear probes: ${axisName(probe.model, 60)}`,
    description: probeWords(probe, (name) => axisName(name, 40), run.data.labels?.top1 ?? undefined).join(
      ' ',
    ),
    option: {
      legend: {
        top: 62,
        itemGap: 14,
        data: [HELD_OUT, TRAINED_ON, ...bars.legend],
        textStyle: { color: ink.text },
      },
      grid: layersGrid(names.length, width),
      xAxis: layersAxis(names, width - 80, ink),
      yAxis: shareAxis(ink),
      series: [
        ...bars.series,
        line(
          TRAINED_ON,
          ink.faint,
          probe.layers.map(({ trainAccuracy }) => trainAccuracy),
          'dashed',
        ),
        line(
          HELD_OUT,
          ink.text,
          probe.layers.map(({ accuracy }) => accuracy),
          'solid',
        ),
      ],
    },
  };
}

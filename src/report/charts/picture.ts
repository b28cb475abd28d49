import type { EChartsCoreOption } from 'echarts/core';
import type { Embedding } from '../../run/files/embeddingFile.js';
import type { Run } from '../../run/schema.js';

/** A run with the name it is shown by. */
export interface NamedRun {
  readonly name: string;
  readonly run: Run;
  readonly embedding?: Embedding;
}

/** A chart before it is drawn: what to draw, how high, and what it shows in words. */
export interface Picture {
  readonly option: EChartsCoreOption;
  /** In CSS pixels. */
  readonly height: number;
  readonly title: string;
  readonly description: string;
}

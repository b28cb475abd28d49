import { basename } from 'node:path';
import type { AnalyzeModelsOptions } from '../../job/analyzeModels.js';
import type { ProgressDisplay } from './progress.js';

/** Shows which of several models is at work; what is said of all of them, such as the provider, once. */
export function modelHooks(
  display: ProgressDisplay | undefined,
): Required<Pick<AnalyzeModelsOptions, 'onProgress' | 'onNotice'>> {
  const said = new Set<string>();
  return {
    onProgress: (progress, { number, count }) =>
      display?.update({ ...progress, part: `model ${number} of ${count}` }),
    onNotice: (text, { model }) => {
      if (!said.has(text)) display?.notice(`${basename(model)}: ${text}`);
      said.add(text);
    },
  };
}

import type { Command } from 'commander';
import type { CompressOptions } from '../../index.js';
import { type AnalysisFlags, analysisData } from './analysisData.js';
import { addComputingOptions } from './computingOptions.js';
import { addDataOptions } from './dataOptions.js';
import { list } from './parse.js';

/** The options that `compress` and `project` share, by the names that commander gives them. */
export interface CompressionFlags extends AnalysisFlags, Pick<CompressOptions, 'run' | 'output'> {
  /** `true` where nothing was said, as commander has it beside `--no-mask`. */
  readonly mask?: string | boolean;
  readonly sweep?: number[];
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** Data, layers and what computes, as `analyze` has them. */
export function addCompressionOptions(command: Command): Command {
  addDataOptions(command)
    .optionsGroup('Layers:')
    .option('--layers <globs>', "only layers whose names match, such as 'layer4.*,fc'", list)
    .option('--exclude <globs>', 'all but layers whose names match', list)
    .option(
      '--mask <input>',
      'the input that is zero at positions that only pad (default: one called attention_mask)',
    )
    .option('--no-mask', 'padded positions count like any other')
    .option('--run <run>', 'take the moments of this run (analyze --moments) instead of a first pass')
    .optionsGroup('Computing:');
  return addComputingOptions(command);
}

/**
 * The flags as the API takes them.
 *
 * @throws UserError where there is no data.
 */
export function compressionData(model: string, flags: CompressionFlags): CompressOptions {
  const { run, output, sweep, mask } = flags;
  return { ...analysisData(model, flags), run, output, sweep, mask: mask === true ? undefined : mask };
}

import { type Command, Option } from 'commander';
import { providerChoices } from '../../run/settingValues.js';
import { devices, wholeNumber } from './parse.js';

/** Options that say what ONNX Runtime computes on. */
export function addComputingOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--provider <name>', 'where ONNX Runtime computes').choices(providerChoices).default('auto'),
    )
    .addOption(
      new Option(
        '--device <ids>',
        'which GPU; several with commas share the batches, one named twice has two in flight',
      )
        .argParser(devices)
        .default(undefined, '0'),
    )
    .addOption(
      new Option('--threads <n>', 'threads for each operator')
        .argParser(wholeNumber(1))
        .default(undefined, 'one a core'),
    );
}

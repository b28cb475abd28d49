import { type Command, Option } from 'commander';
import { convMethods, interpolations, precisions, sequenceMethods } from '../../instrument/options.js';
import { list, wholeNumber } from './parse.js';

/** Options that say which layers are observed. */
export function addSelectionOptions(command: Command): Command {
  return command
    .optionsGroup('Layers:')
    .option('--layers <globs>', "only layers whose names match, such as 'layer4.*,fc'", list)
    .option('--exclude <globs>', 'all but layers whose names match', list)
    .option('--ops <operators>', 'these operators too, such as Relu,Add', list);
}

/** Options that say how a layer's output becomes observations. */
export function addObservationOptions(command: Command): Command {
  return command
    .optionsGroup('How outputs become observations:')
    .addOption(
      new Option(
        '--conv-method <method>',
        'each position of a feature map, or one number a map, or all of it',
      )
        .choices(convMethods)
        .default('channelwise'),
    )
    .addOption(
      new Option(
        '--sequence-method <method>',
        'which steps of a sequence; by default the last of a recurrent layer, each of a linear one',
      ).choices(sequenceMethods),
    )
    .option('--interpolate <size>', 'resize larger feature maps to <size> × <size> first', wholeNumber(1))
    .addOption(
      new Option('--interpolation <kind>', 'how they are resized')
        .choices(interpolations)
        .default(undefined, 'linear'),
    )
    .addOption(
      new Option('--precision <type>', 'what the moments are computed in')
        .choices(precisions)
        .default('float64'),
    );
}

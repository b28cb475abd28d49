import { type Command, Option } from 'commander';
import { presetNames, rawTypes, resamplings } from '../../data/options.js';
import {
  batchSize,
  classNames,
  constantInput,
  list,
  number,
  numbers,
  repeated,
  shape,
  wholeNumber,
} from './parse.js';

/** Options that say what data is read, and how. */
export function addDataOptions(command: Command): Command {
  command
    .optionsGroup('Data:')
    .option(
      '--data <source>',
      'images/, sounds/, x.tar, x.zip, x.npy, x.npz, x.safetensors, x.h5:/dataset, x.bin, x.csv, x.parquet, x.jsonl, MNIST or CIFAR files, an ONNX test set or random:<n>; @list.txt, - (a list on standard input), data-{0..9}.tar or a glob for several; or <input>=<source>, once for each input of the model',
      repeated,
    )
    .option(
      '--input <name=number>',
      "fill an input with one number instead of data, such as sr=16000 or 'past_key_values.*=0'",
      constantInput,
    )
    .option(
      '--reader <name>',
      'read it as images, tar, zip, npy, npz, safetensors, hdf5, raw, idx, cifar, csv, parquet, jsonl, text, audio, onnx-test-set or random, or by a module of yours (./my-reader.mjs)',
    )
    .addOption(
      new Option('--batch <n>', 'samples a batch; auto finds the fastest by measuring')
        .argParser(batchSize)
        .default(undefined, '32, or what the model fixes'),
    )
    .addOption(
      new Option(
        '--accumulate <n>',
        'batches added up on the device; auto finds out on a GPU and is 1 on the CPU',
      )
        .argParser(batchSize)
        .default(undefined, 'auto'),
    )
    .option(
      '--max-samples <n>',
      'take exactly this many samples, drawn at random where they can be',
      wholeNumber(1),
    )
    .option('--in-order', 'take the first of them, and read in the order of the source')
    .option('--every <k>', 'use every k-th batch only', wholeNumber(1))
    .addOption(
      new Option('--on-error <action>', 'what to do about a sample that cannot be used')
        .choices(['fail', 'skip'])
        .default('fail'),
    )
    .addOption(new Option('--split <label>', 'a name for this part of the data').default('eval'));
  return addReaderOptions(command);
}

function addReaderOptions(command: Command): Command {
  return command
    .optionsGroup('Images:')
    .addOption(
      new Option('--preset <name>', "a family's preprocessing; other options go before it").choices(
        presetNames,
      ),
    )
    .option(
      '--preprocessor <file>',
      'a preprocessor_config.json of Hugging Face; one beside the model is taken by itself',
    )
    .option(
      '--resize <size>',
      "<width>x<height>, <n> for the shorter side, or letterbox: whole, into the model's size",
    )
    .addOption(
      new Option('--resample <filter>', "Pillow's filters, or OpenCV's INTER_LINEAR, to the last bit")
        .choices(resamplings)
        .default(undefined, "linear, antialiased; faster, and close to Pillow's bilinear"),
    )
    .addOption(
      new Option('--fill <value>', 'around an image in a letterbox, 0 to 255')
        .argParser(number)
        .default(undefined, '114'),
    )
    .option('--crop <size>', 'cut out the centre: <width>x<height>, or <n>')
    .addOption(
      new Option('--scale <factor>', 'multiply values by this, also of arrays')
        .argParser(number)
        .default(undefined, '1/255 for images into float inputs'),
    )
    .option('--mean <values>', 'then subtract, one number or one a channel', numbers)
    .option('--std <values>', 'then divide by, one number or one a channel', numbers)
    .addOption(
      new Option('--color <order>', "channels, by default the model's").choices(['rgb', 'bgr', 'gray']),
    )
    .addOption(new Option('--layout <order>', "axes, by default the model's").choices(['nchw', 'nhwc']))
    .optionsGroup('Labels:')
    .option(
      '--labels <file>',
      'the class of every sample, in their order: .npy, .csv, or text with one a line',
    )
    .option(
      '--classes <names>',
      "the classes in the order of the model's output: a,b,c or a file with one a line",
      classNames,
    )
    .optionsGroup('Tables:')
    .option('--columns <names>', 'the features, by name, number or range (3-10)', list)
    .addOption(
      new Option('--missing <filling>', 'what takes the place of missing cells')
        .choices(['mean', 'zero'])
        .default(undefined, 'an error'),
    )
    .option(
      '--one-hot <columns>',
      'columns of categories, a number for each: color, or color=red|green|blue in this order',
      list,
    )
    .option('--label-column <name>', 'the column that holds the class, which is no feature')
    .optionsGroup('Texts:')
    .option(
      '--tokenizer <file>',
      'a tokenizer.json of Hugging Face: texts of .txt, .csv, .jsonl and .parquet go in as its tokens; one beside the model is taken by itself for .txt',
    )
    .option('--text-column <name>', 'the column of a table that holds the texts')
    .addOption(
      new Option('--max-length <n>', 'the most tokens of a text')
        .argParser(wholeNumber(1))
        .default(undefined, "the tokenizer's, the model's, or 512"),
    )
    .optionsGroup('Sound:')
    .option('--sample-rate <hz>', 'resample to so many samples a second', wholeNumber(1))
    .option(
      '--window <length>',
      'cut into samples of this length: 16000, 1s or 25ms (default: what the model fixes, else whole files)',
    )
    .option('--hop <length>', 'from one window to the next (default: its length)')
    .optionsGroup('Random data and raw numbers:')
    .addOption(
      new Option('--seed <n>', 'for other numbers, other samples of --max-samples, or another order')
        .argParser(wholeNumber(0))
        .default(undefined, '0'),
    )
    .option('--shape <input=sizes>', 'what the model leaves open, such as image=3x224x224', shape)
    .addOption(
      new Option('--dtype <type>', 'of the numbers in a raw file (.bin), little-endian').choices(rawTypes),
    );
}

import type { Dataset } from 'h5wasm/node';
import { arrayLabels } from '../../labels/labelsFile.js';
import { requireAsMany, withClasses } from '../../labels/withClasses.js';
import type { OpenedStreams, Reader } from '../../reader.js';
import { assignArrays } from '../arrays/namedArrays.js';
import { Hdf5File } from './hdf5File.js';
import { placeIn } from './place.js';

const LABELS = 'labels';
const NAME = /\.(h5|hdf5)$/i;
const MAGIC = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];

/**
 * Datasets of an HDF5 file, samples along their first axes: the one that is named, as in `file.h5:/train/x`, or those of
 * a group (without a name: of the whole file), each of which feeds the input of its name. Beside it `labels` has the classes.
 */
export const hdf5: Reader = {
  name: 'hdf5',
  takes: 'a dataset of an HDF5 file (file.h5:/dataset)',
  options: ['scaling'],
  detect: ({ kind, source, head }) =>
    kind === 'file' &&
    (placeIn(source).inside !== undefined || NAME.test(source) || MAGIC.every((byte, i) => head[i] === byte)),
  async open(source, inputs, { image }) {
    const { file, inside = '' } = placeIn(source);
    const opened = await Hdf5File.open(file);
    try {
      const { dataset } = inside === '' ? {} : opened.at(inside);
      const arrays = new Map<string, Dataset>(dataset ? [[inside, dataset]] : opened.datasets(inside));
      const beside = dataset ? siblings(opened, dataset.path) : arrays;
      const labels = inputs.some(({ name }) => name === LABELS) ? undefined : beside.get(LABELS);
      if (labels && labels.path !== dataset?.path) arrays.delete(LABELS);
      const fed = new Map([...arrays].map(([name, each]) => [name, () => opened.array(each)]));
      const remedy = `name one, as in --data ${file}:/train/x, or save them under the names of the inputs`;
      const streams = await assignArrays(fed, inputs, source, remedy, image);
      const isLabelled = labels !== undefined && labels.path !== dataset?.path;
      return {
        ...(isLabelled ? await labelled(opened, streams, labels, dataset !== undefined) : streams),
        close: async () => opened.close(),
      };
    } catch (error) {
      opened.close();
      throw error;
    }
  },
};

/** The datasets of the group that a dataset lies in. */
function siblings(file: Hdf5File, path: string): ReadonlyMap<string, Dataset> {
  return file.datasets(
    path
      .replace(/^\//, '')
      .replace(/[^/]*$/, '')
      .replace(/\/$/, ''),
  );
}

/** @param isFound nobody named the labels: they are left out where they are of another number. */
async function labelled(
  file: Hdf5File,
  opened: OpenedStreams,
  labels: Dataset,
  isFound: boolean,
): Promise<OpenedStreams> {
  const origin = `${file.name}:${labels.path}`;
  const classes = file.texts(labels) ?? (await arrayLabels(file.array(labels)));
  const [first] = opened.streams.values();
  if (isFound && first?.size !== classes.length) {
    const notice = `${origin} holds ${classes.length} labels for ${first?.size ?? 0} samples and is left out`;
    return { ...opened, notices: [...(opened.notices ?? []), notice] };
  }
  return {
    ...opened,
    streams: new Map(
      [...opened.streams].map(([input, stream]) => {
        requireAsMany(classes, stream, origin);
        return [input, withClasses(stream, classes)];
      }),
    ),
    notices: [...(opened.notices ?? []), ...(isFound ? [`labels are taken from ${origin}`] : [])],
  };
}

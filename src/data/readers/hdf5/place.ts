/** A place inside an HDF5 file: `measured.h5:/train/x`. */
const PLACE = /^(.+\.(?:h5|hdf5|he5|hdf)):(.+)$/i;

/** The file of a source, and what is meant inside it; the whole of it where nothing is named. */
export function placeIn(source: string): { readonly file: string; readonly inside: string | undefined } {
  const [, file, inside] = PLACE.exec(source) ?? [];
  return file === undefined ? { file: source, inside: undefined } : { file, inside };
}

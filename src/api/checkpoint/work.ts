import { differenceBetween, type PlannedRun } from '../../run/files/standingRun.js';

/** What a pass is of: only the very same one goes on from where it was left. */
export interface Work {
  readonly planned: PlannedRun;
  /** What else changes the numbers, or their last digits, by the options that say so. */
  readonly options: Readonly<Record<string, string>>;
}

/** In what a checkpoint is of other work, in words; `undefined` where it is of the same. */
export async function differenceOf(there: Work, here: Work): Promise<string | undefined> {
  const planned = await differenceBetween(there.planned, here.planned);
  if (planned !== undefined) return planned;
  if (there.planned.model.sha256 !== here.planned.model.sha256) {
    return 'the model has changed since';
  }
  const names = Object.keys(here.options);
  const name = names.find((each) => there.options[each] !== here.options[each]);
  if (name === undefined) return undefined;
  return `${name} ${there.options[name] ?? 'not told'} there, ${here.options[name]} here`;
}

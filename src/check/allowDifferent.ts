import { UserError } from '../errors.js';
import { differenceGroups } from '../run/settings.js';
import { excerpt } from '../shape/jsonShape.js';

/**
 * Names of groups of settings, as they were given.
 *
 * @param place where they stand, for the message.
 * @throws UserError that names the first that there is not, and all that there are.
 */
export function requireGroups(names: readonly string[], place: string): readonly string[] {
  const known: readonly string[] = differenceGroups;
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return names;
  throw new UserError(
    `${place} cannot be ${excerpt(unknown)}: name one or more of ${differenceGroups.join(', ')}`,
  );
}

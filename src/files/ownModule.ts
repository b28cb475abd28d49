import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { messageOf, UserError } from '../errors.js';

/** Whether a name is that of a module of the user's, and not of something that delve brings. */
export const isModule = (name: string): boolean => /\.[cm]?js$/i.test(name);

/**
 * The function that a module of the user's exports by default, and everything that it exports.
 *
 * @param what the module is, for messages: `the reader`.
 * @param wanted how to write it.
 * @throws UserError where it cannot be loaded or exports no function.
 */
export async function ownModule(
  path: string,
  what: string,
  wanted: string,
): Promise<{ run: (...args: unknown[]) => unknown; exported: ReadonlyMap<string, unknown> }> {
  const loaded: unknown = await import(pathToFileURL(resolve(path)).href).catch((error: unknown) => {
    throw new UserError(`${what} ${path} cannot be loaded (${messageOf(error)}): fix it`, { cause: error });
  });
  const exported = new Map(Object.entries(loaded ?? {}));
  const run = exported.get('default');
  if (!isFunction(run))
    throw new UserError(`${what} ${path} exports no function by default: write ${wanted}`);
  return { run, exported };
}

const isFunction = (value: unknown): value is (...args: unknown[]) => unknown => typeof value === 'function';

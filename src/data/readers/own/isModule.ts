/** Whether `--reader` names a module and not one of the readers that there are. */
export const isModule = (name: string): boolean => /\.[cm]?js$/i.test(name);

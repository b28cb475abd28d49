import type { Command, Option } from 'commander';

/** How `--help` reads: choices and defaults without the quotation marks of code. */
export function layOutHelp(command: Command): void {
  command.configureHelp({ optionDescription });
}

function optionDescription({
  description,
  argChoices,
  defaultValue,
  defaultValueDescription,
}: Option): string {
  const fallback = defaultValueDescription ?? (defaultValue === undefined ? undefined : String(defaultValue));
  const facts = [
    ...(argChoices ? [argChoices.join(', ')] : []),
    ...(fallback === undefined ? [] : [`default: ${fallback}`]),
  ];
  return facts.length === 0 ? description : `${description} (${facts.join('; ')})`;
}

import { stat } from 'node:fs/promises';
import { UserError } from '../../errors.js';
import type { ModelInput } from '../../onnx/modelInput.js';
import { namesListed } from '../../text/numbers.js';

/** A source and the inputs that it is to feed. */
export interface Assignment {
  readonly source: string;
  readonly inputs: readonly ModelInput[];
}

/**
 * Which source feeds which inputs. `<input>=<source>` is taken apart only where it begins with the name of an
 * input, since a path may hold a `=` too; a source without an input feeds all that are left.
 *
 * @throws UserError for an unknown input, one that is fed twice or not at all, or two sources for the rest.
 */
export async function assignSources(
  data: readonly string[],
  inputs: readonly ModelInput[],
): Promise<Assignment[]> {
  const names = namesListed(inputs.map(({ name }) => name));
  if (data.length === 0) throw new UserError('there is no data: pass --data <source>');
  const assignments: Assignment[] = [];
  const fed = new Set<string>();
  let rest: string | undefined;
  for (const text of data) {
    const input = longestNamed(text, inputs);
    if (input) {
      if (fed.has(input.name))
        throw new UserError(`input ${input.name} is fed twice: pass --data for it once`);
      fed.add(input.name);
      assignments.push({ source: text.slice(input.name.length + 1), inputs: [input] });
      continue;
    }
    await refuseUnknownInput(text, names);
    if (rest !== undefined) {
      throw new UserError(
        `${rest} and ${text} are both given without an input: write --data <input>=<source>, with one of ${names}`,
      );
    }
    rest = text;
  }
  const left = inputs.filter(({ name }) => !fed.has(name));
  if (rest !== undefined) {
    if (left.length === 0)
      throw new UserError(`${rest} feeds nothing: every input (${names}) has its own --data`);
    assignments.push({ source: rest, inputs: left });
  } else if (left.length > 0) {
    throw new UserError(
      `input ${left[0].name} is not fed: pass --data ${left[0].name}=<source> (the model's inputs: ${names})`,
    );
  }
  return assignments;
}

/** Of `a` and `a=b`, both inputs, `a=b=file` means the second. */
function longestNamed(text: string, inputs: readonly ModelInput[]): ModelInput | undefined {
  return inputs
    .filter(({ name }) => text.startsWith(`${name}=`))
    .sort((a, b) => b.name.length - a.name.length)[0];
}

async function refuseUnknownInput(text: string, names: string): Promise<void> {
  const equals = text.indexOf('=');
  if (equals < 0 || (await stat(text).catch(() => undefined))) return;
  throw new UserError(
    `--data ${text}: there is no such file, and the model has no input ${text.slice(0, equals)} (its inputs: ${names})`,
  );
}

import type { ReadingKind } from '../../readings/reading.js';
import { wrap } from '../../text/displayWidth.js';
import { printable } from '../../text/printable.js';
import type { Style } from '../options.js';

/** The colour of what a layer's numbers say. */
export function colorOf(kind: ReadingKind, { chalk }: Style): (text: string) => string {
  switch (kind) {
    case 'healthy':
      return chalk.green;
    case 'tail':
      return chalk.yellow;
    case 'narrow':
      return chalk.magenta;
    case 'output':
      return chalk.blue;
    case 'by design':
      return chalk.cyan;
    case 'uncertain':
    case 'not judged':
      return chalk.gray;
    case 'dead':
    case 'invalid':
      return chalk.red;
  }
}

/** A doubt, as lines that fit. */
export function remarkLines(text: string, { chalk, width }: Style): string[] {
  return wrap(`! ${printable(text)}`, width, '  ').map((line) => chalk.yellow(line));
}

import { InvalidArgumentError, Option } from 'commander';

/** A whole number from `least` upward. */
export function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && Number.isSafeInteger(value) && value >= least) return value;
    throw new InvalidArgumentError(`Give a whole number from ${least} upward.`);
  };
}

/** Samples a batch, or `auto`. */
export function batchSize(text: string): number | 'auto' {
  const value = Number(text);
  if (text.trim() === 'auto') return 'auto';
  if (text.trim() !== '' && Number.isSafeInteger(value) && value >= 1) return value;
  throw new InvalidArgumentError('Give a whole number from 1 upward, or auto.');
}

/** GPUs by number, `0` or `0,1`; one that is named twice has two runs in flight. */
export function devices(text: string): number[] {
  const ids = text.split(',').map((id) => (/^\s*\d+\s*$/.test(id) ? Number(id) : Number.NaN));
  if (ids.every(Number.isSafeInteger)) return ids;
  throw new InvalidArgumentError('Give a whole number from 0 upward, or several such as 0,1.');
}

/** Seconds: `60s`, `5m`, `1h`, or a number of seconds; `off`: none. */
export function interval(text: string): number | false {
  if (text === 'off') return false;
  const [, digits, unit = 's'] = /^(\d+(?:\.\d+)?)\s*([smh]?)$/.exec(text.trim()) ?? [];
  const seconds = Number(digits) * ({ s: 1, m: 60, h: 3600 }[unit || 's'] ?? 1);
  if (seconds > 0) return seconds;
  throw new InvalidArgumentError('Give a time such as 60s, 5m or 1h, or off.');
}

/** Any finite number. */
export function number(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value)) return value;
  throw new InvalidArgumentError('Give a number.');
}

/** `0.229,0.224,0.225` → numbers. */
export function numbers(text: string): number[] {
  return text.split(',').map(number);
}

/** Shares of variance, `0.99` or `0.9,0.95,0.99`. */
export function thresholds(text: string): number[] {
  const values = text.split(',').map(Number);
  if (values.every((value) => value > 0 && value <= 1)) return values;
  throw new InvalidArgumentError('Give one or more numbers above 0 and up to 1, such as 0.9,0.99.');
}

/** A share: `0.5%` or `0.005`. */
export function share(text: string): number {
  const [, digits, sign] = /^\s*(\d*\.?\d+)\s*(%?)\s*$/.exec(text) ?? [];
  const value = Number(digits) / (sign === '%' ? 100 : 1);
  if (digits !== undefined && value <= 1) return value;
  throw new InvalidArgumentError('Give a percentage such as 0.5%, or a share such as 0.005.');
}

/** A list option that may be repeated and takes commas: `--layers a --layers 'b.*,{c,d}'` gives three. */
export function list(text: string, before: string[] = []): string[] {
  const entries = text.split(/,(?![^{]*\})/).map((entry) => entry.trim());
  if (entries.includes('')) throw new InvalidArgumentError('Give names, with commas between them.');
  return [...before, ...entries];
}

/** An option that may be repeated. */
export function repeated(text: string, before: string[] = []): string[] {
  return [...before, text];
}

/** `image=3x224x224`, repeated, gives the open dimensions of inputs (without the batch axis). */
export function shape(text: string, before: Record<string, number[]> = {}): Record<string, number[]> {
  const [, name, sizes] = /^(.+)=(\d+(?:x\d+)*)$/.exec(text) ?? [];
  if (name === undefined)
    throw new InvalidArgumentError('Give <input>=<size>x<size>…, such as image=3x224x224.');
  return { ...before, [name]: sizes.split('x').map(Number) };
}

/** `sr=16000`, repeated, gives inputs one number everywhere. */
export function constantInput(text: string, before: Record<string, number> = {}): Record<string, number> {
  const [, name, value] = /^(.+)=([^=]+)$/.exec(text) ?? [];
  const number = Number(value?.trim() || Number.NaN);
  if (name === undefined || !Number.isFinite(number))
    throw new InvalidArgumentError('Give <input>=<number>, such as sr=16000.');
  return { ...before, [name]: number };
}

/** `h=hn,c=cn`, added to what was given before. */
export function fedBack(text: string, before: Record<string, string> = {}): Record<string, string> {
  const pairs = text.split(',').map((pair) => /^\s*([^=]+)=([^=]+?)\s*$/.exec(pair));
  if (pairs.some((pair) => pair === null))
    throw new InvalidArgumentError('Give <input>=<output>, such as h=hn,c=cn.');
  return { ...before, ...Object.fromEntries(pairs.flatMap((pair) => (pair ? [[pair[1], pair[2]]] : []))) };
}

/** An option of commands that run a model on samples in their order. */
export function stateOption(): Option {
  return new Option(
    '--state <input=output>',
    "feed an input from an output of the sample before, such as h=hn,c=cn or 'past_key_values.*=present.*'; zero where a file begins",
  )
    .argParser(fedBack)
    .helpGroup('Data:');
}

/** How directions are counted, which more than one command asks. */
export function idimRule(): Option {
  return new Option(
    '--idim-rule <rule>',
    'how directions are counted: until they explain the threshold (explained), or as the released Python package does (delve)',
  ).argParser(ruleName);
}

/** `delve-0.1.50` is what `delve` was called before. */
function ruleName(text: string): 'explained' | 'delve' {
  if (text === 'explained' || text === 'delve') return text;
  if (text === 'delve-0.1.50') return 'delve';
  throw new InvalidArgumentError('Choose one of explained, delve.');
}

/** Several names with commas; a single word is a file. */
export function classNames(text: string): string | string[] {
  return text.includes(',') ? text.split(',').map((name) => name.trim()) : text;
}

/** Some of these names, with commas between them. */
export function oneOrMoreOf(
  allowed: readonly string[],
  isOwn: (name: string) => boolean = () => false,
): (text: string) => string[] {
  return (text) => {
    const names = text.split(',').map((name) => name.trim());
    if (names.every((name) => allowed.includes(name) || isOwn(name))) return [...new Set(names)];
    throw new InvalidArgumentError(`Choose one of ${allowed.join(', ')}.`);
  };
}

import type { Progress } from '../../index.js';

/** How far an analysis is, and of which of several models, where there are several: `model 2 of 3`. */
export interface ShownProgress extends Progress {
  readonly part?: string;
}

const WIDEST_BAR = 30;
const NARROWEST_BAR = 8;

let numberFormat: Intl.NumberFormat | undefined;

/** A count with commas; its rules are loaded with the first one, as they take longer than all of `--help`. */
function count(value: number): string {
  numberFormat ??= new Intl.NumberFormat('en-US');
  return numberFormat.format(value);
}

/** One line of at most `width` columns; what does not fit is left out, the bar first and the rate last. */
export function progressBar(progress: ShownProgress, width: number): string {
  const { samples, total } = progress;
  const counted = total === undefined ? count(samples) : `${count(samples)}/${count(total)}`;
  const facts = [`${passOf(progress)}${counted} samples`, rate(progress), remaining(progress)].filter(
    (fact) => fact !== '',
  );
  if (total === undefined) return fitting(facts, width);
  const share = Math.min(1, samples / total);
  const text = [`${String(Math.floor(share * 100)).padStart(3)} %`, ...facts];
  const room = Math.min(WIDEST_BAR, width - text.join('  ').length - 2);
  if (room < NARROWEST_BAR) return fitting(text, width);
  const filled = Math.floor(share * room);
  return [`${'█'.repeat(filled)}${'░'.repeat(room - filled)}`, ...text].join('  ');
}

function fitting(facts: readonly string[], width: number): string {
  const text = facts.join('  ');
  return text.length <= width || facts.length === 1
    ? text.slice(0, Math.max(0, width))
    : fitting(facts.slice(0, -1), width);
}

/** The same for logs: `4,416 of 100,000 samples, 1,820 samples/s, 53 s left`. */
export function progressSentence(progress: ShownProgress): string {
  const { samples, total } = progress;
  const counted =
    total === undefined ? `${count(samples)} samples` : `${count(samples)} of ${count(total)} samples`;
  return [`${passOf(progress)}${counted}`, rate(progress), remaining(progress)]
    .filter((fact) => fact !== '')
    .join(', ');
}

const passOf = ({ pass, part }: ShownProgress): string => {
  const where = [...(part === undefined ? [] : [part]), ...(pass === 2 ? ['second pass'] : [])];
  return where.length === 0 ? '' : `${where.join(', ')}: `;
};

function rate({ samples, seconds }: Progress): string {
  if (samples === 0 || seconds <= 0) return '';
  const perSecond = samples / seconds;
  return `${perSecond < 10 ? perSecond.toFixed(1) : count(Math.round(perSecond))} samples/s`;
}

/** What is left at the rate so far. */
function remaining({ samples, total, seconds }: Progress): string {
  if (total === undefined || samples === 0 || seconds <= 0) return '';
  const left = Math.ceil(((total - samples) * seconds) / samples);
  if (left < 60) return `${left} s left`;
  return left < 3600
    ? `${Math.floor(left / 60)} min ${left % 60} s left`
    : `${Math.floor(left / 3600)} h ${Math.floor((left % 3600) / 60)} min left`;
}

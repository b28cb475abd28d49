/** 0.7917 → `79.2 %`. What is not 0 is not shown as 0, and what is not 100 not as 100. */
export function percent(share: number, digits = 1): string {
  const unit = 10 ** -digits;
  const value = share * 100;
  const shown = value > 0 && value < 100 ? Math.min(Math.max(value, unit), 100 - unit) : value;
  return `${shown.toFixed(digits)} %`;
}

/** 31808 → `31.8k`: three digits, at most five characters up to a thousand billion. */
export function compact(count: number): string {
  const units = ['', 'k', 'M', 'G', 'T'];
  let value = count;
  let unit = 0;
  // 999.5 would be shown as 1000.
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return unit === 0 ? String(count) : `${Number(value.toPrecision(3))}${units[unit]}`;
}

/** 3.12 → `3.1 s`, 125 → `2 min 5 s`, 7384 → `2 h 3 min`. */
export function duration(seconds: number): string {
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** 1 → `1 layer`, 3 → `3 layers`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

const grouped = new Intl.NumberFormat('en');

/** `a`, `a and b`, `a, b and c`, `a, b, c and 59,997 more`. */
export function listed(names: readonly string[], most = 3): string {
  const rest = names.length - most;
  const shown = rest > 0 ? [...names.slice(0, most), `${grouped.format(rest)} more`] : names;
  return shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`;
}

/**
 * Names that a file says, for a sentence about what is in it: `a, b, c`, `a, b, c and 59,997 more`, `none`. Long ones
 * are cut.
 */
export function namesListed(names: readonly string[], most = 12): string {
  const LONGEST = 60;
  const shown = names
    .slice(0, most)
    .map((name) => (name.length > LONGEST ? `${name.slice(0, LONGEST)}…` : name))
    .join(', ');
  const rest = names.length - most;
  return rest > 0 ? `${shown} and ${grouped.format(rest)} more` : shown || 'none';
}

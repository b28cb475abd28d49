/** The characters beyond letters that a text report is drawn with, each one column wide. */
export interface Symbols {
  /** A full cell of a bar, and its parts from the smallest up, in equal steps. */
  readonly full: string;
  readonly parts: readonly string[];
  /** A cell that the bar does not reach. */
  readonly empty: string;
  /** Heights of a sparkline, from the lowest up. */
  readonly levels: readonly string[];
  readonly ellipsis: string;
  /** Between facts on one line. */
  readonly between: string;
  /** From … to. */
  readonly range: string;
  readonly rule: string;
  readonly arrow: string;
  readonly delta: string;
  readonly plusMinus: string;
  readonly passed: string;
  readonly failed: string;
  readonly warned: string;
}

export const unicode: Symbols = {
  full: '█',
  parts: ['▏', '▎', '▍', '▌', '▋', '▊', '▉'],
  empty: '·',
  levels: ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
  ellipsis: '…',
  between: '·',
  range: '–',
  rule: '─',
  arrow: '→',
  delta: 'Δ',
  plusMinus: '±',
  passed: '✓',
  failed: '✗',
  warned: '!',
};

/** For terminals and logs that are not UTF-8. */
export const ascii: Symbols = {
  full: '#',
  parts: [],
  empty: '.',
  levels: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
  ellipsis: '~',
  between: '|',
  range: '-',
  rule: '-',
  arrow: '>',
  delta: 'd',
  plusMinus: '+-',
  passed: '+',
  failed: 'x',
  warned: '!',
};

import type { CheckResult } from '../../check/check.js';
import type { Run } from '../../run/schema.js';
import type { RenderOptions } from '../options.js';

/** What a format is given beside the verdict. */
export interface CheckOptions extends Pick<RenderOptions, 'color' | 'unicode'> {
  /** What to call the run. */
  readonly name?: string;
  /** The most bytes that Markdown may take; without, as many as fit into a comment of GitHub. */
  readonly room?: number;
}

/** What a check found of one run. */
export interface Verdict {
  readonly result: CheckResult;
  readonly run: Run;
  /** What to call the run. */
  readonly name: string;
}

/** A way to render what a check found. */
export interface CheckFormat {
  /** Of its file, without the dot. */
  readonly extension: string;
  /** Text that ends with a line break. */
  render(result: CheckResult, run: Run, options: CheckOptions): string;
  /** As `render`, of several runs in one text. */
  renderAll(verdicts: readonly Verdict[], options: Omit<CheckOptions, 'name'>): string;
}

import type { Command } from 'commander';
import { type Context, print } from '../terminal/context.js';

export function addDoctor(program: Command, context: Context): void {
  program
    .command('doctor')
    .summary('what this machine can compute with, and what is missing')
    .description(
      'Try every provider on a small model; list versions, GPUs and missing libraries, and what to do next.',
    )
    .optionsGroup('Output:')
    .option('--json', 'print JSON instead of the text')
    .action(async ({ json }: { readonly json?: boolean }) => {
      const { diagnose, diagnosisText } = await import('../../index.js');
      const found = await diagnose(context.env);
      await print(context, json ? `${JSON.stringify(found, null, 2)}\n` : diagnosisText(found));
    });
}

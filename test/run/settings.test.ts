import { readFileSync } from 'node:fs';
import { Command, type Option } from 'commander';
import { describe, expect, it } from 'vitest';
import { addAnalyze } from '../../src/cli/commands/analyze.js';
import type { Context } from '../../src/cli/terminal/context.js';
import { runSettings, settingRows } from '../../src/run/settings.js';
import { providerChoices } from '../../src/run/settingValues.js';

const program = new Command();
addAnalyze(program, {} as Context);
const options = new Map(
  program.commands[0].options.map((option): [string, Option] => [option.long ?? '', option]),
);

const schema = JSON.parse(readFileSync('schema/delve.config.schema.json', 'utf8'));
const inSchema = (key: string): unknown =>
  schema.$defs?.analyze?.properties?.[key] ?? schema.properties?.analyze?.properties?.[key];

/** What a setting may be, as its shape says it. */
function allowed(key: keyof typeof runSettings): string[] {
  try {
    runSettings[key].shape('nothing of these', key);
  } catch (error) {
    return String(error)
      .replace(/^.*one of /, '')
      .replace(/, but is .*$/, '')
      .split(', ');
  }
  return [];
}

describe('the settings of a run', () => {
  it('name options that analyze has', () => {
    const flags = settingRows.flatMap(({ flag }) => flag ?? []);
    expect(flags).not.toHaveLength(0);
    expect(flags.filter((flag) => !options.has(flag))).toEqual([]);
  });

  it.each(['convMethod', 'sequenceMethod', 'interpolation', 'precision', 'measureAt'] as const)(
    'has the values of %s on the command line, in the schema of the file and in run.json alike',
    (key) => {
      const values = allowed(key);
      expect(values.length).toBeGreaterThan(1);
      expect(options.get(String(runSettings[key].flag))?.argChoices).toEqual(values);
      expect(inSchema(key)).toMatchObject({ enum: values });
    },
  );

  it('stores every provider that can be asked for, but auto', () => {
    expect(allowed('provider')).toEqual(['cpu', 'cuda', 'webgpu']);
    expect(inSchema('provider')).toMatchObject({ enum: [...providerChoices] });
  });

  it('adds no shards whose numbers mean other things, but such of other samples or another machine', () => {
    const bind = settingRows.filter(({ decides }) => decides === 'numbers').map(({ key }) => key);
    expect(bind.toSorted()).toEqual([
      'convMethod',
      'idimRule',
      'inputs',
      'interpolate',
      'interpolation',
      'linearMethod',
      'mask',
      'precision',
      'sequenceMethod',
      'split',
      'state',
      'threshold',
      'thresholds',
    ]);
  });
});

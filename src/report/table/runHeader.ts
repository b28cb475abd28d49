import type { Run, RunData } from '../../run/schema.js';
import { shardInWords } from '../../run/shardInWords.js';
import { ruleInWords } from '../../run/storedRule.js';
import { shorten, wrap } from '../../text/displayWidth.js';
import { counted, duration, percent } from '../../text/numbers.js';
import { printable } from '../../text/printable.js';
import { accuracyInWords } from '../accuracyInWords.js';
import type { Style } from '../options.js';

/** What was analysed, on what and how: the lines above a table. */
export function runHeader(run: Run, name: string | undefined, style: Style): string[] {
  const { chalk, symbols, width } = style;
  const { model, data, settings, timing } = run;
  const between = ` ${symbols.between} `;
  const clipped = (text: string, room: number) => shorten(printable(text), room, symbols.ellipsis);
  const title = clipped(
    name === undefined || name === model.path ? model.path : `${name} (${model.path})`,
    width,
  );
  const rate = timing.samplesPerSecond;
  const facts = [
    `threshold ${share(settings.threshold)}${settings.idimRule === 'explained' ? '' : ` (rule ${ruleInWords(settings.idimRule)})`}`,
    ...methods(run),
    settings.provider,
    settings.precision,
    `${duration(timing.seconds)}${rate > 0 ? ` (${rate < 10 ? rate.toFixed(1) : Math.round(rate)} samples/s)` : ''}`,
    ...((timing.statisticsSeconds ?? 0) >= 1
      ? [`statistics ${duration(timing.statisticsSeconds ?? 0)}`]
      : []),
  ];
  const isDrawn = settings.order === 'drawn' && data.samples < (data.available ?? 0);
  const samples = `${counted(data.samples, 'sample')} ${isDrawn ? `drawn from ${data.available} ` : ''}of ${clipped(data.source, width / 2)} (${clipped(data.reader, 20)})`;
  const right = accuracyInWords(data);
  return [
    chalk.bold(title),
    ...wrap([samples, ...shardOf(data), `split ${clipped(settings.split, 20)}`].join(between), width),
    ...(right ? [right] : []),
    ...wrap(facts.join(between), width).map((line) => chalk.dim(line)),
  ];
}

function shardOf({ shard }: RunData): string[] {
  if (!shard) return [];
  return [`${shard.parts.length === 1 ? 'shard' : 'shards'} ${shardInWords(shard)}`];
}

/** 0.99 → `99 %`, 0.995 → `99.5 %`. */
function share(threshold: number): string {
  const decimals = (String(Number((threshold * 100).toPrecision(12))).split('.')[1] ?? '').length;
  return percent(threshold, decimals);
}

/** Only what is not as usual. */
function methods({ settings }: Run): string[] {
  const { convMethod, sequenceMethod, linearMethod = 'timestepwise', interpolate, interpolation } = settings;
  return [
    ...(convMethod === 'channelwise' ? [] : [`convolutions ${convMethod}`]),
    ...(sequenceMethod === 'last' ? [] : [`sequences ${sequenceMethod}`]),
    ...(linearMethod === 'timestepwise' || linearMethod === sequenceMethod ? [] : [`tokens ${linearMethod}`]),
    ...(interpolate === undefined ? [] : [`interpolated to ${interpolate} (${interpolation ?? 'linear'})`]),
  ];
}

import { UserError } from '../../errors.js';
import { pixelsOf } from '../../preview/describeInput.js';
import type { Preview, PreviewedInput, PreviewedSample, SampleValues } from '../../preview/results.js';
import { shorten, wrap } from '../../text/displayWidth.js';
import { printable } from '../../text/printable.js';
import { xmlCharacters, xmlText } from '../../text/xmlText.js';
import { font, ink } from '../charts/look.js';
import { headOf, shapeInWords, shortNumber, withoutRepeats } from './previewTable.js';

const WIDTH = 960;
const GAP = 12;
const HEAD = 72;
const CAPTION = 20;
/** Sides of a cell, by what is drawn in it. */
const SIZES = {
  image: { width: 145, height: 145 },
  line: { width: 462, height: 90 },
  text: { width: 936, height: 32 },
} as const;
/** A wave of more values is drawn by the least and the most of so many pieces. */
const PIECES = 460;

/**
 * The samples beside each other as the model gets them: images as images, in one scale of light for all from the least to the
 * largest value, rows of numbers as lines, tokens as text.
 *
 * @returns SVG.
 * @throws UserError where no input holds what can be drawn.
 */
export async function previewPicture(preview: Preview): Promise<string> {
  const drawn = preview.inputs.filter(({ drawnAs }) => drawnAs !== 'nothing');
  if (drawn.length === 0) {
    throw new UserError(
      'no input of this model takes images, rows of numbers or tokens, so there is nothing to draw: leave out --output',
    );
  }
  let top = HEAD;
  const parts: string[] = [];
  for (const input of drawn) {
    const { svg, height } = await sheet(input, preview.samples, top);
    parts.push(svg);
    top += height;
  }
  const title = `What enters ${short(preview.model, 80)}`;
  const words = [
    text(GAP, 26, title, 16, ink.text, 'bold'),
    text(GAP, 46, short(headOf(preview), 130), 12, ink.faint),
  ];
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" width="${WIDTH}" height="${top}" viewBox="0 0 ${WIDTH} ${top}" font-family="${font}">` +
    `<title>${xmlText(title)}</title><desc>${xmlText(headOf(preview))}</desc>` +
    `<rect width="${WIDTH}" height="${top}" fill="${ink.surface}"/>${words.join('')}${parts.join('')}</svg>\n`
  );
}

async function sheet(
  input: PreviewedInput,
  samples: readonly PreviewedSample[],
  top: number,
): Promise<{ svg: string; height: number }> {
  const { name, type, shape, min, max, drawnAs } = input;
  const size = SIZES[drawnAs === 'nothing' ? 'line' : drawnAs];
  const columns = Math.max(1, Math.floor((WIDTH - GAP) / (size.width + GAP)));
  const row = size.height + CAPTION + GAP;
  const head = `${short(name, 40)}: ${type}, ${shapeInWords(shape)}, from ${shortNumber(min)} to ${shortNumber(max)}`;
  const cells = await Promise.all(
    samples.map(async ({ values, texts, origin, label }, i) => {
      const x = GAP + (i % columns) * (size.width + GAP);
      const y = top + 16 + Math.floor(i / columns) * row;
      const its = values.get(name);
      const content =
        drawnAs === 'text'
          ? paragraph(withoutRepeats(texts.get(name) ?? ''), x, y)
          : its === undefined
            ? ''
            : drawnAs === 'image'
              ? await image(its, min ?? 0, max ?? 0, x, y)
              : wave(its, min ?? 0, max ?? 0, x, y);
      const letters = Math.floor(size.width / 6.2);
      const before = label === undefined ? '' : `${short(label, letters - 4)} · `;
      const caption = `${before}${ending(origin ?? '', letters - before.length)}`;
      return `${content}${text(x, y + size.height + 14, caption, 10, ink.faint)}`;
    }),
  );
  return {
    svg: `${text(GAP, top + 4, head, 12, ink.text)}${cells.join('')}`,
    height: 24 + Math.ceil(samples.length / columns) * row + GAP,
  };
}

/** One image, as large as its cell allows for, pixels as squares. */
async function image(
  { dims, data }: SampleValues,
  min: number,
  max: number,
  x: number,
  y: number,
): Promise<string> {
  const pixels = pixelsOf(dims);
  if (!pixels) return '';
  const { channels, height, width, channelsFirst } = pixels;
  const area = height * width;
  const bytes = Buffer.alloc(area * channels);
  const unit = max > min ? 255 / (max - min) : 0;
  for (let p = 0; p < area; p++) {
    for (let c = 0; c < channels; c++) {
      const value = data[channelsFirst ? c * area + p : p * channels + c];
      bytes[p * channels + c] = Number.isFinite(value) ? Math.round((value - min) * unit) : 0;
    }
  }
  const { default: sharp } = await import('sharp');
  const raw = { width, height, channels: channels as 1 | 3 | 4 };
  const { width: most, height: tall } = SIZES.image;
  const scale = Math.min(most / width, tall / height);
  const shown = {
    width: Math.max(1, Math.round(width * scale)),
    height: Math.max(1, Math.round(height * scale)),
  };
  const png = await sharp(bytes, { raw })
    .resize({ ...shown, fit: 'fill', kernel: scale > 1 ? 'nearest' : 'lanczos3' })
    .png()
    .toBuffer();
  return `<image x="${x}" y="${y}" width="${shown.width}" height="${shown.height}" href="data:image/png;base64,${png.toString('base64')}"/>`;
}

function wave({ data }: SampleValues, min: number, max: number, x: number, y: number): string {
  const { width, height } = SIZES.line;
  const points: (readonly [number, number])[] = [];
  const step = Math.max(1, data.length / PIECES);
  for (let start = 0; start < data.length; start += step) {
    const piece = data.subarray(Math.floor(start), Math.max(Math.floor(start) + 1, Math.floor(start + step)));
    const finite = piece.filter(Number.isFinite);
    if (finite.length === 0) continue;
    const across = x + (width * start) / Math.max(1, data.length - 1);
    const [low, high] = [finite.reduce((a, b) => Math.min(a, b)), finite.reduce((a, b) => Math.max(a, b))];
    points.push([across, low]);
    if (high > low) points.push([across, high]);
  }
  const upright = (value: number) =>
    y + height - (max > min ? (height * (value - min)) / (max - min) : height / 2);
  const path = points.map(([across, value]) => `${across.toFixed(1)},${upright(value).toFixed(1)}`).join(' ');
  return (
    `<rect x="${x}" y="${y}" width="${width}" height="${height}" fill="none" stroke="${ink.line}"/>` +
    `<polyline points="${path}" fill="none" stroke="${ink.accent}" stroke-width="1"/>`
  );
}

const LINES = 2;

function paragraph(content: string, x: number, y: number): string {
  const lines = wrap(xmlCharacters(printable(content)), 140);
  const shown = lines.length > LINES ? [...lines.slice(0, LINES - 1), `${lines[LINES - 1]} …`] : lines;
  return shown.map((line, i) => text(x, y + 12 + 16 * i, line, 12, ink.text)).join('');
}

const short = (words: string, width: number): string => shorten(xmlCharacters(printable(words)), width, '…');

/** What a path ends in tells more than what it begins with. */
const ending = (words: string, width: number): string => {
  const clean = xmlCharacters(printable(words));
  return clean.length > width ? `…${clean.slice(1 - width)}` : clean;
};

const text = (x: number, y: number, words: string, size: number, color: string, weight = 'normal'): string =>
  `<text x="${x}" y="${y}" font-size="${size}" font-weight="${weight}" fill="${color}">${xmlText(words)}</text>`;

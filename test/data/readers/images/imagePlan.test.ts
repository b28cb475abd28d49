import { expect, test } from 'vitest';
import { adaptations, planImages } from '../../../../src/data/readers/images/imagePlan.js';

const input = (channels: number) => ({
  name: 'x',
  type: 'float32' as const,
  shape: ['n', channels, 28, 28],
});
const photo = { width: 40, height: 30, channels: 3 };

test('says what images are put through for the sake of the input', () => {
  expect(adaptations(planImages(input(1), {}, photo), photo, {})).toEqual([
    "images are stretched to the model's 28x28 pixels (the first is 40x30): --resize and --crop keep their proportions",
    'images are made gray, as the model takes one channel',
  ]);
});

test('says nothing of what was asked for or changes nothing', () => {
  const asked = { resize: 28, crop: 28, color: 'gray' as const };
  expect(adaptations(planImages(input(1), asked, photo), photo, asked)).toEqual([]);
  const fitting = { width: 28, height: 28, channels: 3 };
  expect(adaptations(planImages(input(3), {}, fitting), fitting, {})).toEqual([]);
});

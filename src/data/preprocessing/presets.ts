import type { ImageOptions, PresetName } from '../options.js';
import type { PixelSize } from '../readers/images/imageGeometry.js';

/** A side of the model's input, or what the family takes where the model leaves it open. */
const sideOf = (fixed: Partial<PixelSize>, usual: number): number => fixed.height ?? fixed.width ?? usual;

const exactly = (fixed: Partial<PixelSize>, usual: number): PixelSize => ({
  width: fixed.width ?? sideOf(fixed, usual),
  height: fixed.height ?? sideOf(fixed, usual),
});

const presets: Readonly<Record<PresetName, (fixed: Partial<PixelSize>) => ImageOptions>> = {
  // torchvision's references: the shorter side to 256 of 224, and so on for other sizes.
  imagenet: (fixed) => ({
    resize: Math.round(sideOf(fixed, 224) / 0.875),
    crop: sideOf(fixed, 224),
    resample: 'bilinear',
    scale: 1 / 255,
    mean: [0.485, 0.456, 0.406],
    std: [0.229, 0.224, 0.225],
  }),
  // OpenAI's CLIP, as transformers' CLIPImageProcessor has it.
  clip: (fixed) => ({
    resize: sideOf(fixed, 224),
    crop: sideOf(fixed, 224),
    cropRounding: 'down',
    resample: 'bicubic',
    scale: 1 / 255,
    mean: [0.48145466, 0.4578275, 0.40821073],
    std: [0.26862954, 0.26130258, 0.27577711],
  }),
  // transformers' SiglipImageProcessor.
  siglip: (fixed) => ({
    resize: exactly(fixed, 224),
    resample: 'bicubic',
    scale: 1 / 255,
    mean: [0.5],
    std: [0.5],
  }),
  // Mean and standard deviation of the training images.
  cifar10: (fixed) => ({
    resize: exactly(fixed, 32),
    resample: 'bilinear',
    scale: 1 / 255,
    mean: [0.4914, 0.4822, 0.4465],
    std: [0.247, 0.2435, 0.2616],
  }),
  mnist: (fixed) => ({
    resize: exactly(fixed, 28),
    resample: 'bilinear',
    color: 'gray',
    scale: 1 / 255,
    mean: [0.1307],
    std: [0.3081],
  }),
  // Ultralytics' LetterBox, which resizes by OpenCV.
  yolo: () => ({
    resize: 'letterbox',
    resample: 'opencv-linear',
    fill: 114,
    scale: 1 / 255,
    mean: [0],
    std: [1],
  }),
  none: () => ({ scale: 1, mean: [0], std: [1] }),
};

/** What a preset stands for with a model whose input fixes these sides; single options go before it. */
export function withPreset({ preset, ...given }: ImageOptions, fixed: Partial<PixelSize>): ImageOptions {
  if (preset === undefined) return given;
  const told = Object.entries(given).filter(([, value]) => value !== undefined);
  return { ...presets[preset](fixed), ...Object.fromEntries(told) };
}

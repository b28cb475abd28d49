import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { presetNames } from '../../../src/data/options.js';
import { preparedAs } from '../../../src/data/preprocessing/cameWith.js';
import { imageOptionsOf } from '../../../src/data/preprocessing/preprocessorConfig.js';
import { withPreset } from '../../../src/data/preprocessing/presets.js';
import { temporaryFolder } from '../temporaryFolder.js';

/** As google/vit-base-patch16-224 has it. */
const vit = {
  do_normalize: true,
  do_resize: true,
  image_mean: [0.5, 0.5, 0.5],
  image_std: [0.5, 0.5, 0.5],
  size: 224,
  resample: 2,
};
/** As openai/clip-vit-base-patch32 has it. */
const clip = {
  crop_size: 224,
  do_center_crop: true,
  do_normalize: true,
  do_resize: true,
  feature_extractor_type: 'CLIPFeatureExtractor',
  image_mean: [0.48145466, 0.4578275, 0.40821073],
  image_std: [0.26862954, 0.26130258, 0.27577711],
  resample: 3,
  size: 224,
};

describe('a preprocessor_config.json', () => {
  it.each([
    [
      'ViT',
      vit,
      {
        resize: { width: 224, height: 224 },
        resample: 'bilinear',
        scale: 1 / 255,
        mean: [0.5, 0.5, 0.5],
        std: [0.5, 0.5, 0.5],
      },
    ],
    [
      'CLIP',
      clip,
      {
        resize: 224,
        crop: { width: 224, height: 224 },
        cropRounding: 'down',
        resample: 'bicubic',
        scale: 1 / 255,
        mean: clip.image_mean,
        std: clip.image_std,
      },
    ],
    [
      // facebook/convnext-tiny-224: int(224 / 0.875) = 256
      'ConvNext below 384',
      { ...vit, size: { shortest_edge: 224 }, crop_pct: 0.875, resample: 3 },
      {
        resize: 256,
        crop: 224,
        cropRounding: 'down',
        resample: 'bicubic',
        scale: 1 / 255,
        mean: [0.5, 0.5, 0.5],
        std: [0.5, 0.5, 0.5],
      },
    ],
    [
      'ConvNext from 384 on',
      { ...vit, size: { shortest_edge: 384 }, crop_pct: 0.875 },
      {
        resize: { width: 384, height: 384 },
        resample: 'bilinear',
        scale: 1 / 255,
        mean: [0.5, 0.5, 0.5],
        std: [0.5, 0.5, 0.5],
      },
    ],
    [
      // apple/mobilevit-small: BGR, no normalization
      'MobileViT',
      {
        do_center_crop: true,
        crop_size: { height: 256, width: 256 },
        do_flip_channel_order: true,
        do_resize: true,
        size: { shortest_edge: 288 },
        resample: 2,
        do_rescale: true,
        rescale_factor: 0.00392156862745098,
      },
      {
        resize: 288,
        crop: { width: 256, height: 256 },
        cropRounding: 'down',
        resample: 'bilinear',
        scale: 0.00392156862745098,
        mean: [0],
        std: [1],
        color: 'bgr',
      },
    ],
    [
      'nothing',
      { do_resize: false, do_rescale: false, do_normalize: false, do_center_crop: false, size: 7 },
      { scale: 1, mean: [0], std: [1] },
    ],
  ])('of %s is honoured', (_, config, expected) => {
    expect(imageOptionsOf(config, 'c.json')).toEqual(expected);
  });

  it.each([
    [{ ...vit, do_pad: true }, /c\.json asks for do_pad, which delve does not do/],
    [
      { ...vit, size: { longest_edge: 800, shortest_edge: 600 } },
      /c\.json has a size that delve does not know/,
    ],
    [{ ...vit, resample: 9 }, /has a resample that delve does not know, 9/],
    [{ ...vit, image_mean: 'grey' }, /has a image_mean that delve does not know/],
    [{ ...clip, crop_size: {} }, /has a crop_size that delve does not know/],
  ])('that asks for something else is refused: %j', (config, message) => {
    expect(() => imageOptionsOf(config, 'c.json')).toThrow(message);
  });
});

describe('how images are prepared', () => {
  it('is what lies beside the model, unless somebody says otherwise', async () => {
    const folder = await temporaryFolder({
      'preprocessor_config.json': Buffer.from(JSON.stringify(vit)),
      'onnx/model.onnx': Buffer.from(''),
    });
    const came = (path: string) => ({ path: join(folder, path), metadata: [] });
    for (const model of ['model.onnx', 'onnx/model.onnx']) {
      const { options, notices } = await preparedAs({ color: 'rgb' }, came(model));
      expect(options).toMatchObject({
        resize: { width: 224, height: 224 },
        mean: [0.5, 0.5, 0.5],
        color: 'rgb',
      });
      expect(notices[0]).toMatch(/images are prepared as .*preprocessor_config\.json says/);
    }
    const own = await preparedAs({ mean: [0.1] }, came('model.onnx'));
    expect(own.options).toEqual({ mean: [0.1] });
    expect(own.notices[0]).toMatch(/is left out, since --mean says what is done to images/);
    expect((await preparedAs({ preset: 'none' }, came('model.onnx'))).options).toEqual({ preset: 'none' });
    expect((await preparedAs({}, came('elsewhere/model.onnx'))).options).toEqual({});
    const named = await preparedAs(
      { preprocessor: join(folder, 'preprocessor_config.json'), mean: [0.1] },
      undefined,
    );
    expect(named.options).toMatchObject({ mean: [0.1], std: [0.5, 0.5, 0.5] });
  });

  it('is a letterbox for models that Ultralytics exports, but for classifiers', async () => {
    const metadata = (task: string) => ({
      path: '/nowhere/yolo.onnx',
      metadata: Object.entries({ author: 'Ultralytics', task, imgsz: '[640, 640]' }).map(([key, value]) => ({
        key,
        value,
      })),
    });
    const { options, notices } = await preparedAs({}, metadata('detect'));
    expect(options).toEqual({ preset: 'yolo' });
    expect(notices).toEqual([
      "images are prepared as the model's metadata (Ultralytics) says; --preset none leaves them as they are",
    ]);
    expect((await preparedAs({}, metadata('classify'))).options).toEqual({});
    expect((await preparedAs({ resize: '640x640' }, metadata('detect'))).options).toEqual({
      resize: '640x640',
    });
  });

  it('is refused in a sentence where the file is none', async () => {
    const folder = await temporaryFolder({ 'a.json': Buffer.from('{'), 'b.json': Buffer.from('[]') });
    await expect(preparedAs({ preprocessor: join(folder, 'a.json') }, undefined)).rejects.toThrow(
      /cannot be read as a preprocessor_config/,
    );
    await expect(preparedAs({ preprocessor: join(folder, 'b.json') }, undefined)).rejects.toThrow(
      /holds no object/,
    );
    await expect(preparedAs({ preprocessor: join(folder, 'c.json') }, undefined)).rejects.toThrow(
      /cannot be read/,
    );
  });
});

describe('a preset', () => {
  it('follows the size of the model, and single options go before it', () => {
    const imagenet = (side: number) => withPreset({ preset: 'imagenet' }, { width: side, height: side });
    // torchvision's references: 256 and 224; 342 and 299 (Inception).
    expect([imagenet(224).resize, imagenet(299).resize, imagenet(299).crop]).toEqual([256, 342, 299]);
    expect(withPreset({ preset: 'imagenet', resize: 232 }, {})).toMatchObject({ resize: 232, crop: 224 });
    expect(withPreset({ preset: 'siglip' }, { width: 384, height: 384 })).toMatchObject({
      resize: { width: 384, height: 384 },
    });
    expect(withPreset({ mean: [1] }, {})).toEqual({ mean: [1] });
    for (const preset of presetNames) expect(withPreset({ preset }, {}).mean).toBeDefined();
  });
});

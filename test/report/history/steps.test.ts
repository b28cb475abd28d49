import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/errors.js';
import { orderBySteps, stepsOf } from '../../../src/report/history/steps.js';
import { layer, run } from '../../support/runs.js';

const ofModel = (path: string, split = 'eval') => {
  const { model, settings, ...rest } = run([layer('a', 1, 2)]);
  return { ...rest, model: { ...model, path }, settings: { ...settings, split } };
};
const plain = ofModel('net.onnx');

describe('the step of a run', () => {
  it.each([
    ['epoch_12.delve', 12],
    ['out/epoch12', 12],
    ['epoch=3-step=1500.delve', 3],
    ['checkpoint-500/model.delve', 500],
    ['checkpoint-500/model/run.json', 500],
    ['net_ckpt7_best.delve', 7],
    ['model-000500.delve', 500],
    ['model-000500.onnx.delve', 500],
    ['global_step_100', 100],
  ])('of %s is %i', (name, step) => {
    expect(stepsOf([plain], { names: [name] })).toEqual([step]);
  });

  it.each(['resnet18.delve', 'deep12.delve', 'v2/net.delve', '2026-11-24/net.delve', 'nested3', ''])(
    'is not to be read from %s',
    (name) => {
      expect(stepsOf([plain], { names: [name] }, 4)).toEqual([4]);
    },
  );

  it('comes from the model where the run is called something else', () => {
    expect(stepsOf([ofModel('checkpoints/epoch_4.onnx')], { names: ['new.delve'] })).toEqual([4]);
    expect(stepsOf([ofModel('checkpoint-300/model.onnx')], {})).toEqual([300]);
  });

  it('is counted up from the one that was given, whatever the names say', () => {
    expect(stepsOf([plain, plain], { step: 5, names: ['epoch_1', 'epoch_9'] })).toEqual([5, 6]);
  });

  it('is counted up from the next where no name has a number', () => {
    expect(stepsOf([plain, plain], {}, 3)).toEqual([3, 4]);
    expect(stepsOf([plain, ofModel('net.onnx', 'train')], {}, 3)).toEqual([3, 3]);
  });

  it('may be the same for two splits, but not for two runs of one', () => {
    const names = ['a/epoch_2', 'b/epoch_2'];
    expect(stepsOf([plain, ofModel('net.onnx', 'train')], { names })).toEqual([2, 2]);
    expect(() => stepsOf([plain, plain], { names })).toThrow(
      new UserError(
        "a/epoch_2 and b/epoch_2 are both of step 2 by their names: give the first one's by --step",
      ),
    );
  });

  it('is not made up for some runs while others have one', () => {
    expect(() => stepsOf([plain, plain], { names: ['epoch_2', 'final'] })).toThrow(
      /^final has no number of a step/,
    );
  });
});

describe('the order of runs', () => {
  it.each([
    [
      ['epoch_0', 'epoch_1', 'epoch_10', 'epoch_2'],
      [0, 1, 3, 2],
    ],
    [
      ['before', 'after'],
      [0, 1],
    ],
    [
      ['epoch_2', 'best'],
      [0, 1],
    ],
    [
      ['a/epoch_2', 'b/epoch_2', 'a/epoch_1'],
      [0, 1, 2],
    ],
  ])('of %j is %j', (names, order) => {
    expect(
      orderBySteps(
        names.map(() => plain),
        { names },
      ),
    ).toEqual(order);
  });

  it('stays as given where the first step is given, or some have no name', () => {
    expect(orderBySteps([plain, plain], { step: 5, names: ['epoch_9', 'epoch_1'] })).toEqual([0, 1]);
    expect(orderBySteps([plain, ofModel('epoch_1.onnx')], { names: ['epoch_9'] })).toEqual([0, 1]);
  });
});

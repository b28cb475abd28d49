import { describe, expect, it } from 'vitest';
import { nvidiaGpus, readGpus } from '../../src/cuda/gpus.js';

describe('readGpus', () => {
  it('reads the list and the banner of nvidia-smi', () => {
    const list =
      '0, 81559, 81008, 580.65.06, NVIDIA H100 80GB HBM3\n1, 24564, 300, 580.65.06, Strange, name\n';
    const banner = '| NVIDIA-SMI 580.65.06   Driver Version: 580.65.06   CUDA Version: 13.0     |';
    expect(readGpus(list, banner)).toEqual({
      gpus: [
        { index: 0, name: 'NVIDIA H100 80GB HBM3', memory: 81559, freeMemory: 81008 },
        { index: 1, name: 'Strange, name', memory: 24564, freeMemory: 300 },
      ],
      driver: '580.65.06',
      driverCuda: '13.0',
    });
  });

  it('finds none where the driver answers with words', () => {
    expect(readGpus('No devices were found\n', '')).toEqual({ gpus: [] });
  });
});

it('nvidiaGpus finds none without nvidia-smi', async () => {
  expect(await nvidiaGpus({ PATH: '/nowhere' })).toEqual({ gpus: [] });
});

/** What ONNX Runtime computes on. */
export const providers = ['cpu', 'cuda', 'webgpu'] as const;
export type Provider = (typeof providers)[number];

/** How many times as fast as a processor each is taken to be, roughly: what else a run computes should not outlast the pass. */
export const providerSpeeds: Readonly<Record<Provider, number>> = { cpu: 1, cuda: 20, webgpu: 4 };

/** What may be asked for: a provider, or CUDA where it loads and else the CPU. */
export const providerChoices = ['auto', ...providers] as const;
export type ProviderChoice = (typeof providerChoices)[number];

/** Whether float32 products and convolutions on a GPU may be rounded to ten bits (TF32). */
export const tf32States = ['off', 'allowed'] as const;
export type Tf32 = (typeof tf32States)[number];

/** Which samples a limit on their number takes: ones drawn at random, or the first. */
export const sampleOrders = ['drawn', 'first'] as const;
export type SampleOrder = (typeof sampleOrders)[number];

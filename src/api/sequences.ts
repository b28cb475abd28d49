import type { FeedSource } from '../data/feed.js';
import { UserError } from '../errors.js';
import type { FedBackInput } from '../instrument/fedBack.js';

/** What is asked of a pass that may take samples out of their order, or several together. */
interface Asked {
  readonly batchSize?: number | 'auto';
  readonly accumulate?: number | 'auto';
  readonly every?: number;
  readonly shard?: string;
  readonly seed?: number;
  readonly device?: number | readonly number[];
  readonly onNonfinite?: string;
}

const BECAUSE = '--state hands an output to the sample behind, so samples go in one by one and in order';

/** Readers whose samples are sequences of their own, or come with all inputs. */
const whole: ReadonlyMap<string, string> = new Map([
  [
    'text',
    'each text is a sequence of its own: give the past a constant, such as --input past_key_values.*=0',
  ],
  ['onnx-test-set', 'an ONNX test set brings the states too: feed it without --state'],
]);

/**
 * Sees that samples reach a model that remembers one after the other, in their order.
 *
 * @param fixedBatch the batch size that the model fixes.
 * @throws UserError where an option asks for something else.
 */
export function requireInTurn(
  asked: Asked,
  fedBack: readonly FedBackInput[],
  fixedBatch: number | undefined,
): void {
  if (fedBack.length === 0) return;
  const { batchSize, accumulate, every = 1, shard, device, onNonfinite } = asked;
  if (fixedBatch !== undefined && fixedBatch > 1) {
    throw new UserError(
      `${BECAUSE}, and the model fixes its batch size to ${fixedBatch}: export it with a batch of 1, or a free one`,
    );
  }
  const others: readonly (readonly [string, boolean])[] = [
    [`--batch ${batchSize}`, batchSize !== undefined && batchSize !== 1],
    [`--accumulate ${accumulate}`, typeof accumulate === 'number' && accumulate > 1],
    [`--every ${every}`, every > 1],
    [`--shard ${shard}`, shard !== undefined],
    [`--device ${String(device)}`, typeof device === 'object' && device.length > 1],
    ['--on-nonfinite skip', onNonfinite === 'skip'],
  ];
  const [refused] = others.find(([, isGiven]) => isGiven) ?? [];
  if (refused !== undefined) throw new UserError(`${BECAUSE}: leave ${refused} out`);
}

/** @throws UserError where samples of the source do not follow each other. */
export function requireSequence(
  { seed }: Asked,
  fedBack: readonly FedBackInput[],
  { reader, source }: FeedSource,
): void {
  if (fedBack.length === 0) return;
  if (seed !== undefined && reader !== 'random') throw new UserError(`${BECAUSE}: leave --seed ${seed} out`);
  const reason = whole.get(reader);
  if (reason !== undefined) throw new UserError(`--state has no effect on ${source}: ${reason}`);
}

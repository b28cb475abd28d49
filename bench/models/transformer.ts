import { GraphWriter } from './graph.js';

const BLOCKS = 12;
const WIDTH = 384;
const TOKENS = 197;
const HEADS = 6;
const MLP = 1536;

/**
 * The blocks of a vision transformer of the size of ViT-S/16 at 224 × 224 (Dosovitskiy et al. 2020; 21.3 million
 * parameters, 85 MB) with random weights, on tokens that are embedded already; normalization stands before
 * attention and MLP. 48 layers can be observed: in each block `attn.qkv`, `attn.proj`, `mlp.fc1` and `mlp.fc2`.
 *
 * @returns the bytes of the model file: input `input`, `[batch, 197, 384]`; output of the same shape.
 */
export function transformer(seed = 12): Uint8Array {
  const graph = new GraphWriter(seed);
  const constants: Constants = {
    scale: graph.constant('scale', [], [1 / Math.sqrt(WIDTH / HEADS)]),
    heads: graph.constant('heads', [5], [0n, BigInt(TOKENS), 3n, BigInt(HEADS), BigInt(WIDTH / HEADS)]),
    joined: graph.constant('joined', [3], [0n, BigInt(TOKENS), BigInt(WIDTH)]),
    parts: [0n, 1n, 2n].map((part) => graph.constant(`part${part}`, [], [part])),
    half: graph.constant('half', [], [0.5]),
    one: graph.constant('one', [], [1]),
    root2: graph.constant('root2', [], [Math.SQRT2]),
  };
  let x = graph.input('input', ['batch', TOKENS, WIDTH]);
  for (let i = 0; i < BLOCKS; i++) {
    const path = `blocks/blocks.${i}`;
    x = graph.node(path, 'Add', [
      x,
      attention(graph, path, normalized(graph, `${path}/norm1`, x), constants),
    ]);
    const y = mlp(graph, `${path}/mlp`, normalized(graph, `${path}/norm2`, x), constants);
    // The second sum of the block, which the exporter counts.
    x = graph.node(`${path}/residual`, 'Add', [x, y]);
  }
  return graph.model({ [x]: ['batch', TOKENS, WIDTH] });
}

/** Names of the constants that all blocks share. */
interface Constants {
  readonly scale: string;
  readonly heads: string;
  readonly joined: string;
  readonly parts: readonly string[];
  readonly half: string;
  readonly one: string;
  readonly root2: string;
}

function normalized(graph: GraphWriter, path: string, x: string): string {
  const ones = graph.constant(`${path}.weight`, [WIDTH], new Array<number>(WIDTH).fill(1));
  const zeros = graph.constant(`${path}.bias`, [WIDTH], new Array<number>(WIDTH).fill(0));
  return graph.node(path, 'LayerNormalization', [x, ones, zeros], { axis: -1 });
}

function attention(graph: GraphWriter, block: string, x: string, of: Constants): string {
  const path = `${block}/attn`;
  const qkv = graph.node(path, 'Reshape', [graph.linear(`${path}/qkv`, x, WIDTH, 3 * WIDTH), of.heads]);
  // [batch, tokens, 3, heads, width a head] → [3, batch, heads, tokens, width a head]
  const apart = graph.node(path, 'Transpose', [qkv], { perm: [2, 0, 3, 1, 4] });
  const [q, k, v] = of.parts.map((part, i) =>
    graph.node(`${path}/${'qkv'[i]}`, 'Gather', [apart, part], { axis: 0 }),
  );
  const turned = graph.node(`${path}/k`, 'Transpose', [k], { perm: [0, 1, 3, 2] });
  const scores = graph.node(path, 'MatMul', [graph.node(path, 'Mul', [q, of.scale]), turned]);
  const shares = graph.node(`${path}/softmax`, 'Softmax', [scores], { axis: -1 });
  const heads = graph.node(`${path}/heads`, 'MatMul', [shares, v]);
  const side = graph.node(`${path}/heads`, 'Transpose', [heads], { perm: [0, 2, 1, 3] });
  return graph.linear(
    `${path}/proj`,
    graph.node(`${path}/heads`, 'Reshape', [side, of.joined]),
    WIDTH,
    WIDTH,
  );
}

/** With the exact GELU, x/2 · (1 + erf(x/√2)), in the operators that opset 17 has for it. */
function mlp(graph: GraphWriter, path: string, x: string, of: Constants): string {
  const inner = graph.linear(`${path}/fc1`, x, WIDTH, MLP);
  const act = `${path}/act`;
  const erf = graph.node(act, 'Erf', [graph.node(act, 'Div', [inner, of.root2])]);
  const gate = graph.node(act, 'Mul', [inner, graph.node(act, 'Add', [erf, of.one])]);
  return graph.linear(`${path}/fc2`, graph.node(`${path}/half`, 'Mul', [gate, of.half]), MLP, WIDTH);
}

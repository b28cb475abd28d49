import type { ElementType } from '../onnx/elementType.js';
import type { ModelFile } from '../onnx/modelFile.js';
import { namesIn } from '../onnx/namesIn.js';
import type { ModelProto, NodeProto, TensorProto } from '../onnx/proto/onnx_pb.js';
import type { DecodedTensor } from '../onnx/tensor.js';
import { type Candidate, isCandidate, type LeftAlone } from './candidates.js';
import { type Basis, expansion, fedByBasis, type LinearForm, projected, projection } from './linearForm.js';
import { PartBuilder } from './partBuilder.js';
import { withReplacements } from './replaceNodes.js';

/** What became of a layer. */
export interface LayerChange {
  readonly name: string;
  readonly op: string;
  readonly features: number | null;
  /**
   * `factored`: two layers, the first of `kept` features; `narrowed`: `kept` features, the next layer takes them as they
   * are; `left`: as it was, but for inputs that a narrowed layer before it gives.
   */
  readonly action: 'factored' | 'narrowed' | 'left';
  /** Directions that are kept; all of them where the layer was left. */
  readonly kept: number | null;
  readonly reason?: string;
  /** For the batch of the shapes. */
  readonly macs: { readonly before: number | null; readonly after: number | null };
  readonly parameters: { readonly before: number | null; readonly after: number | null };
}

/** Constants of a model by name. */
export type Constants = ReadonlyMap<string, DecodedTensor>;

/** A layer of which directions are left out, and what that makes of it. */
interface Step {
  readonly candidate: Candidate;
  readonly basis: Basis | undefined;
  /** What the layer before it gives instead of its features. */
  readonly fed: { readonly basis: Basis; readonly spread: number } | undefined;
  readonly action: LayerChange['action'];
}

const typesWithFractions: readonly ElementType[] = ['float32', 'float64', 'float16', 'bfloat16'];

/** Why a layer's weights cannot be rewritten; `undefined` where they can. */
export function unwritable(candidate: Candidate, constants: Constants): string | undefined {
  const type = constants.get(candidate.weight)?.type;
  return type && typesWithFractions.includes(type) ? undefined : 'its weights are not real numbers';
}

/**
 * The model with layers that have only the directions of these bases. A layer y = Wx + b of mean m becomes
 * z = Vᵀ(W x + b − m) and y = V z + m where that saves operations; where the next layer is linear and takes nothing but y,
 * V and m go into its weights, and y is gone.
 *
 * @param bases by layer, in graph order; layers without one stay as they are.
 */
export function compressModel(
  model: ModelFile,
  layers: readonly (Candidate | LeftAlone)[],
  bases: ReadonlyMap<string, Basis>,
  constants: Constants,
): { readonly proto: ModelProto; readonly changes: readonly LayerChange[] } {
  const steps = stepsFor(layers.filter(isCandidate), bases);
  const taken = namesIn(model.graph);
  const replaced = new Map<NodeProto, readonly NodeProto[]>();
  const tensors: TensorProto[] = [];
  const reshaped = new Set<string>();
  for (const step of steps.values()) {
    if (step.action === 'left' && !step.fed) continue;
    const { at } = step.candidate;
    const build = builderFor(step.candidate, constants, taken);
    writeStep(step, constants, build);
    tensors.push(...build.tensors);
    if (at.add) replaced.set(at.node, []);
    replaced.set(at.add ?? at.node, build.nodes);
    if (step.action === 'narrowed') {
      reshaped.add(at.layer.output);
      for (const node of at.graph.consumers(at.layer.output))
        for (const name of node.output) reshaped.add(name);
    }
  }
  const proto = { ...model.proto, graph: withReplacements(model, replaced, tensors, reshaped) };
  return { proto, changes: layers.map((each) => changeOf(each, steps)) };
}

/** What `compressModel` would make of the layers. */
export function plannedChanges(
  layers: readonly (Candidate | LeftAlone)[],
  bases: ReadonlyMap<string, Basis>,
): LayerChange[] {
  const steps = stepsFor(layers.filter(isCandidate), bases);
  return layers.map((each) => changeOf(each, steps));
}

/**
 * The model with layers whose outputs are projected on these bases, y → V Vᵀ(y − m) + m, before any activation function.
 * Shapes stay, nothing is saved: this is what saturation claims to be harmless, to be tried.
 */
export function projectModel(
  model: ModelFile,
  layers: readonly (Candidate | LeftAlone)[],
  bases: ReadonlyMap<string, Basis>,
  constants: Constants,
): ModelProto {
  const taken = namesIn(model.graph);
  const replaced = new Map<NodeProto, readonly NodeProto[]>();
  const tensors: TensorProto[] = [];
  for (const candidate of layers.filter(isCandidate)) {
    const basis = bases.get(candidate.at.layer.name);
    if (!basis) continue;
    const { at, family } = candidate;
    const build = builderFor(candidate, constants, taken, []);
    const last = at.add ?? at.node;
    const before = build.name('unprojected');
    const { output } = at.layer;
    family.writeMap(at, projection(basis), build, { part: 'expand', input: before, output });
    const renamed = { ...last, output: last.output.map((name) => (name === output ? before : name)) };
    replaced.set(last, [renamed, ...build.nodes]);
    tensors.push(...build.tensors);
  }
  return { ...model.proto, graph: withReplacements(model, replaced, tensors, new Set()) };
}

function stepsFor(candidates: readonly Candidate[], bases: ReadonlyMap<string, Basis>): Map<string, Step> {
  const steps = new Map<string, Step>();
  const fed = new Map<string, Step['fed']>();
  for (const candidate of candidates) {
    const { name } = candidate.at.layer;
    const basis = bases.get(name);
    const feeding = fed.get(name);
    let action: Step['action'] = 'left';
    if (basis && basis.kept < candidate.out) {
      const next = nextLayer(candidate, candidates);
      if (next) {
        fed.set(next.candidate.at.layer.name, { basis, spread: next.spread });
        action = 'narrowed';
      } else if (
        macsOf(candidate, feeding, basis.kept, 'factored') < macsOf(candidate, feeding, basis.kept, 'left')
      ) {
        action = 'factored';
      }
    }
    steps.set(name, { candidate, basis, fed: feeding, action });
  }
  return steps;
}

/** The layer that takes this one's output and nothing else does, where it may take it in other coordinates. */
function nextLayer(
  { at, out }: Candidate,
  candidates: readonly Candidate[],
): { readonly candidate: Candidate; readonly spread: number } | undefined {
  const { graph, layer } = at;
  let value = layer.output;
  let spread = 1;
  for (;;) {
    const [reader, ...others] = graph.consumers(value);
    if (!reader || others.length > 0 || graph.isOutput(value)) return undefined;
    const next = candidates.find((each) => each.at.node === reader);
    if (next) {
      const fits =
        next.takesMaps &&
        reader.input[0] === value &&
        reader.input.filter((name) => name === value).length === 1;
      return fits && next.in === out * spread ? { candidate: next, spread } : undefined;
    }
    // A feature map that is flattened: all positions of a feature lie together.
    const isFlatten =
      reader.opType === 'Flatten' &&
      graph.isStandard(reader) &&
      spread === 1 &&
      layer.layout.kind === 'featureMap' &&
      (reader.attribute.find(({ name }) => name === 'axis')?.i ?? 1n) === 1n;
    if (!isFlatten) return undefined;
    spread = (at.shapes.get(layer.output) ?? []).slice(2).reduce((product, size) => product * size, 1);
    value = reader.output[0];
  }
}

/** MACs of a layer, for the batch of the shapes. */
function macsOf(
  { out, in: inputs, kernel, applications, outputPositions, macs }: Candidate,
  fed: Step['fed'],
  kept: number,
  action: LayerChange['action'],
): number {
  const row = (fed ? fed.basis.kept * fed.spread : inputs) * kernel;
  if (action === 'left') return fed ? applications * out * row : macs;
  const first = applications * kept * row;
  return action === 'narrowed' ? first : first + outputPositions * kept * out;
}

function builderFor(
  { at, weight }: Candidate,
  constants: Constants,
  taken: Set<string>,
  freed: readonly string[] = [at.node.name, at.add?.name ?? ''],
): PartBuilder {
  const { node, layer } = at;
  for (const name of freed) taken.delete(name);
  const suffix = `/${node.opType}`;
  const path = node.name.endsWith(suffix) ? node.name.slice(0, -suffix.length) : node.name || layer.name;
  return new PartBuilder(path, constants.get(weight)?.type ?? 'float32', taken);
}

function writeStep({ candidate, basis, fed, action }: Step, constants: Constants, build: PartBuilder): void {
  const { at, family } = candidate;
  const read = formOf(candidate, constants);
  const form = fed ? fedByBasis(read, fed.basis, fed.spread) : read;
  const [input] = at.node.input;
  const { output } = at.layer;
  if (action === 'left' || !basis) {
    family.write(at, form, build, { part: '', input, output });
  } else if (action === 'narrowed') {
    family.write(at, projected(form, basis), build, { part: '', input, output });
  } else {
    const between = build.name('project', 'output');
    family.write(at, projected(form, basis), build, { part: 'project', input, output: between });
    family.writeMap(at, expansion(basis), build, { part: 'expand', input: between, output });
  }
}

function formOf(candidate: Candidate, constants: Constants): LinearForm {
  const weight = constants.get(candidate.weight);
  if (!weight) throw new Error(`weight ${candidate.weight} was not read`);
  const bias = candidate.bias === undefined ? undefined : constants.get(candidate.bias);
  return candidate.family.formOf(candidate.at, weight, bias);
}

function changeOf(each: Candidate | LeftAlone, steps: ReadonlyMap<string, Step>): LayerChange {
  if (!isCandidate(each)) {
    const { name, op, features, parameters } = each.layer;
    const counts = { before: parameters ?? null, after: parameters ?? null };
    const macs = { before: each.macs ?? null, after: each.macs ?? null };
    return {
      name,
      op,
      features: features ?? null,
      action: 'left',
      kept: features ?? null,
      reason: each.reason,
      macs,
      parameters: counts,
    };
  }
  const { at, out, in: inputs, kernel, parameters } = each;
  const { name, op } = at.layer;
  const step = steps.get(name);
  const basis = step?.basis;
  const action = step?.action ?? 'left';
  const kept = action === 'left' || !basis ? out : basis.kept;
  const row = (step?.fed ? step.fed.basis.kept * step.fed.spread : inputs) * kernel;
  const rewritten = kept * (row + 1) + (action === 'factored' ? out * (kept + 1) : 0);
  return {
    name,
    op,
    features: out,
    action,
    kept,
    ...(action === 'left' ? { reason: reasonOf(each, basis) } : {}),
    macs: { before: each.macs, after: macsOf(each, step?.fed, kept, action) },
    parameters: { before: parameters, after: action === 'left' && !step?.fed ? parameters : rewritten },
  };
}

function reasonOf({ out }: Candidate, basis: Basis | undefined): string {
  if (!basis) return 'it was not chosen';
  if (basis.kept >= out) return 'all of its directions are needed';
  return `${basis.kept} of ${out} directions in two layers would take more operations`;
}

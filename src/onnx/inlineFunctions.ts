import { clone, create } from '@bufbuild/protobuf';
import { functionKey } from './graph.js';
import { namesIn } from './namesIn.js';
import {
  type AttributeProto,
  AttributeProtoSchema,
  type FunctionProto,
  type GraphProto,
  GraphProtoSchema,
  type ModelProto,
  type NodeProto,
  NodeProtoSchema,
  type OperatorSetIdProto,
} from './proto/onnx_pb.js';
import { subgraphs } from './walk.js';

/** Calls may call, so that a small file can stand for more nodes than any memory holds. */
const MOST_NODES = 200_000;

/**
 * A model without its local functions: each call is replaced by what the function is made of, in bodies of `If`, `Loop`
 * and `Scan` too. Nodes are called after the way to them (`encoder/attention/MatMul`), values that are inside only likewise.
 *
 * Calls stay as they are, and with them their functions, where the function takes another version of an operator set than
 * the model, calls itself, or would make the graph larger than 200,000 nodes.
 *
 * @returns the same message where there is nothing to do; otherwise a new one, which shares what did not change.
 */
export function withoutFunctions(model: ModelProto): ModelProto {
  const { graph } = model;
  if (!graph || model.functions.length === 0) return model;
  const inliner = new Inliner(model);
  const inlined = inliner.graph(graph);
  if (!inliner.didAny) return model;
  const missing = inliner.missingImports();
  return {
    ...model,
    graph: inlined,
    functions: model.functions.filter((definition) => inliner.stays(definition)),
    opsetImport: [...model.opsetImport, ...missing],
  };
}

/** What a function's values and attributes are at one call of it. */
interface Call {
  /** The new name of each of its values; of those that are not given it is empty. */
  readonly names: Map<string, string>;
  readonly attributes: ReadonlyMap<string, AttributeProto>;
  /** What its own names begin with. */
  readonly prefix: string;
}

class Inliner {
  didAny = false;
  readonly #functions: ReadonlyMap<string, FunctionProto>;
  readonly #versions: ReadonlyMap<string, bigint>;
  readonly #imports = new Map<string, OperatorSetIdProto>();
  readonly #taken: Set<string>;
  readonly #prefixes = new Set<string>();
  readonly #kept = new Set<FunctionProto>();
  readonly #open: FunctionProto[] = [];
  #nodes = 0;

  constructor(model: ModelProto) {
    this.#functions = new Map(model.functions.map((each) => [functionKey(each.name, each), each]));
    this.#versions = new Map(model.opsetImport.map(({ domain, version }) => [domainOf(domain), version]));
    this.#taken = model.graph ? namesIn(model.graph) : new Set();
  }

  graph(graph: GraphProto): GraphProto {
    return { ...graph, node: graph.node.flatMap((node) => this.#expanded(node)) };
  }

  /** Operator sets that what was put in takes, and the model has not. */
  missingImports(): OperatorSetIdProto[] {
    return [...this.#imports.values()];
  }

  /** Whether a call of it was left, or one of a function that calls it. */
  stays(definition: FunctionProto): boolean {
    return this.#kept.has(definition);
  }

  /** The nodes that stand for one. */
  #expanded(node: NodeProto): NodeProto[] {
    this.#nodes++;
    const definition = this.#functions.get(functionKey(node.opType, node));
    if (!definition) return [this.#withBodies(node)];
    if (!this.#fits(definition)) {
      this.#keep(definition);
      return [this.#withBodies(node)];
    }
    this.didAny = true;
    for (const needed of definition.opsetImport) {
      const domain = domainOf(needed.domain);
      if (!this.#versions.has(domain)) this.#imports.set(domain, needed);
    }
    this.#open.push(definition);
    const nodes = this.#called(definition, node);
    this.#open.pop();
    return nodes;
  }

  #fits(definition: FunctionProto): boolean {
    if (this.#open.includes(definition) || this.#nodes + definition.node.length > MOST_NODES) return false;
    return definition.opsetImport.every(({ domain: name, version }) => {
      const domain = domainOf(name);
      const known = this.#versions.get(domain) ?? this.#imports.get(domain)?.version;
      return known === undefined || known === version;
    });
  }

  /** Functions that stay need those that they call. */
  #keep(definition: FunctionProto): void {
    if (this.#kept.has(definition)) return;
    this.#kept.add(definition);
    for (const node of everyNode(definition.node)) {
      const called = this.#functions.get(functionKey(node.opType, node));
      if (called) this.#keep(called);
    }
  }

  #called(definition: FunctionProto, node: NodeProto): NodeProto[] {
    const prefix = unique(this.#prefixes, node.name === '' ? node.opType : node.name);
    const names = new Map<string, string>([['', '']]);
    definition.input.forEach((name, i) => {
      names.set(name, node.input[i] ?? '');
    });
    const handed: NodeProto[] = [];
    definition.output.forEach((name, i) => {
      const outer = node.output[i] ?? '';
      if (outer === '') return;
      const known = names.get(name);
      // It hands out what it was given, or one value twice.
      if (known !== undefined) {
        handed.push(create(NodeProtoSchema, { opType: 'Identity', input: [known], output: [outer] }));
      } else names.set(name, outer);
    });
    const attributes = new Map<string, AttributeProto>();
    for (const attribute of definition.attributeProto) attributes.set(attribute.name, attribute);
    for (const attribute of node.attribute) attributes.set(attribute.name, attribute);
    const call: Call = { names, attributes, prefix };
    const nodes = definition.node.flatMap((inner) => this.#expanded(this.#at(inner, call)));
    return [...nodes, ...handed];
  }

  /** A node of a function at a call of it. */
  #at(inner: NodeProto, call: Call): NodeProto {
    const node = clone(NodeProtoSchema, inner);
    node.name = `${call.prefix}/${inner.name === '' ? inner.opType : inner.name}`;
    node.input = inner.input.map((name) => this.#valueName(name, call));
    node.output = inner.output.map((name) => this.#valueName(name, call));
    node.attribute = inner.attribute.flatMap((attribute) => this.#attribute(attribute, call));
    return node;
  }

  /** `ref_attr_name` stands for the call's attribute of that name; where the call has none, there is none. */
  #attribute(attribute: AttributeProto, call: Call): AttributeProto[] {
    if (attribute.refAttrName !== '') {
      const given = call.attributes.get(attribute.refAttrName);
      if (!given) return [];
      const made = clone(AttributeProtoSchema, given);
      made.name = attribute.name;
      return [made];
    }
    if (!attribute.g && attribute.graphs.length === 0) return [attribute];
    const made = clone(AttributeProtoSchema, attribute);
    if (attribute.g) made.g = this.#bodyAt(attribute.g, call);
    made.graphs = attribute.graphs.map((graph) => this.#bodyAt(graph, call));
    return [made];
  }

  /** A body in a function: its own values get names of their own at each call, those around it are the call's. */
  #bodyAt(graph: GraphProto, call: Call): GraphProto {
    const made = clone(GraphProtoSchema, graph);
    const inside: Call = { ...call, names: new Map(call.names) };
    const renamed = (name: string) => {
      const own = unique(this.#taken, `${call.prefix}/${name}`);
      inside.names.set(name, own);
      return own;
    };
    for (const input of made.input) input.name = renamed(input.name);
    for (const tensor of made.initializer) tensor.name = renamed(tensor.name);
    for (const { values } of made.sparseInitializer) if (values) values.name = renamed(values.name);
    for (const node of graph.node) for (const name of node.output) if (name !== '') renamed(name);
    made.node = graph.node.map((node) => this.#at(node, inside));
    for (const output of made.output) output.name = this.#valueName(output.name, inside);
    for (const value of made.valueInfo) value.name = this.#valueName(value.name, inside);
    return made;
  }

  #valueName(name: string, { names, prefix }: Call): string {
    const known = names.get(name);
    if (known !== undefined) return known;
    const own = unique(this.#taken, `${prefix}/${name}`);
    names.set(name, own);
    return own;
  }

  /** The node with its bodies gone through; weights in them are shared. */
  #withBodies(node: NodeProto): NodeProto {
    const { input, output, name, opType, domain, overload, docString, metadataProps } = node;
    if ([...subgraphs(node)].length === 0) return node;
    const attribute = node.attribute.map((each) => {
      if (!each.g && each.graphs.length === 0) return each;
      const { name, type, docString } = each;
      const g = each.g && this.graph(each.g);
      return create(AttributeProtoSchema, {
        name,
        type,
        docString,
        g,
        graphs: each.graphs.map((body) => this.graph(body)),
      });
    });
    const fields = { input, output, name, opType, domain, overload, docString, metadataProps };
    return create(NodeProtoSchema, { ...fields, attribute });
  }
}

/** This name, or the first free of `_2`, `_3`, …; from now on it is taken. */
function unique(taken: Set<string>, wanted: string): string {
  let name = wanted;
  for (let count = 2; taken.has(name); count++) name = `${wanted}_${count}`;
  taken.add(name);
  return name;
}

/** Nodes, and those in their bodies. */
function* everyNode(nodes: readonly NodeProto[]): Generator<NodeProto> {
  for (const node of nodes) {
    yield node;
    for (const body of subgraphs(node)) yield* everyNode(body.node);
  }
}

const domainOf = (domain: string): string => (domain === 'ai.onnx' ? '' : domain);

import type { Ext } from "../field/extension.ts";
import { P } from "../field/koala-bear.ts";
import { BASE31_GROUP, packedLength } from "../kernels/leaf-encoding.ts";
import { LOG_PARTS } from "../kernels/stack-layout.ts";
import { bytesToDigest, digestLength } from "../kernels/tree-hash.ts";
import { capLevels, readCap } from "../stark/openings/caps.ts";
import { requireDigests } from "../stark/openings/merkle.ts";
import {
  extensionLength,
  type ProofHead,
  ProofReader,
  readHead,
  readValues,
  unpackExtensionList,
  unpackRows,
} from "../stark/openings/proof.ts";
import { reject } from "../stark/openings/rejection.ts";
import type { Shape } from "../stark/systems/shape.ts";
import { layerFolds } from "../stark/systems/stack-shape.ts";
import type { System } from "../stark/systems/system.ts";
import type { Hints } from "./interpret.ts";
import { OCTET_ELEMENTS } from "./relation.ts";

/** The shape that a proof's header gives it. Ends in a RejectedProof for an invalid header. */
export function shapeOfProof(system: System, proof: Uint8Array): Shape {
  return readHead(system, new ProofReader(proof)).shape;
}

/** Ends in a RejectedProof for a proof of other heights. */
export function requireHeights(system: System, logRows: readonly number[], proof: Uint8Array): void {
  const heights = shapeOfProof(system, proof).logRows;
  const other = heights.findIndex((height, table) => height !== logRows[table]);
  if (other >= 0)
    reject({ code: "MalformedProof", section: "heights", expected: logRows[other] ?? -1, got: heights[other] ?? -1 });
}

/**
 * A proof's elements as the hints of a leaf program of its shape. Ends in a RejectedProof for bytes that do not encode
 * elements: a program need not handle that, since its proof consists of elements.
 */
export function proofHints(system: System, proof: Uint8Array): Hints {
  return new HintReader(system, new ProofReader(proof)).read();
}

class HintReader {
  readonly #system: System;
  readonly #reader: ProofReader;
  readonly #head: ProofHead;
  /** Levels of the trees' caps. */
  readonly #levels: readonly number[];
  readonly #words: Ext[] = [];
  readonly #octets: (readonly number[])[] = [];

  constructor(system: System, reader: ProofReader) {
    this.#system = system;
    this.#reader = reader;
    this.#head = readHead(system, reader);
    this.#levels = capLevels(system.parameters, this.#head.shape);
  }

  read(): Hints {
    const { field, parameters } = this.#system;
    const { mainRoot, lookupRoot, quotientRoot, shape } = this.#head;
    const values = readValues(this.#system, this.#head);
    this.#words.push(...values.auxiliary.flat().map(field.fromBase));
    for (const list of [...values.sums, values.atPoint, values.atNext]) for (const value of list) this.#words.push(value);
    this.#root("mainRoot", mainRoot);
    if (shape.hasLookups) this.#root("lookupRoot", lookupRoot);
    this.#root("quotientRoot", quotientRoot);
    this.#opening();
    this.#caps();
    for (let query = 0; query < parameters.queryCount; query++) this.#query();
    this.#reader.end();
    return { words: this.#words, octets: this.#octets };
  }

  #opening(): void {
    const { parameters, field } = this.#system;
    const { logWidth = 0 } = this.#head.shape.stack ?? {};
    this.#extensions("leafRounds", 2 * (LOG_PARTS + logWidth));
    this.#folds().forEach((folds, layer) => {
      const section = `friRoot[${layer}]`;
      this.#root(section, this.#reader.read(section, digestLength(parameters.hash)));
      this.#extensions(`layerRounds[${layer}]`, 2 * folds);
    });
    this.#extensions("finalPolynomial", 2 ** parameters.logFinalMax);
    this.#extensions("finalRounds", 2 * parameters.logFinalMax);
    const nonce = this.#reader.read("nonce", 8);
    const value = new DataView(nonce.buffer, nonce.byteOffset, nonce.byteLength).getBigUint64(0);
    if (value >= P) reject({ code: "NonCanonicalElement", section: "nonce" });
    this.#words.push(field.fromBase(Number(value)));
  }

  /** All nodes of each cap, in the order of the trees. */
  #caps(): void {
    for (const [tree, level] of this.#levels.entries())
      this.#octets.push(...readCap(this.#reader, this.#system.parameters.hash, tree, level).map(bytesToDigest));
  }

  #query(): void {
    const { trees, logDomain } = this.#head.shape;
    trees.forEach((tree, index) => {
      const section = `tree[${index}]`;
      const width = tree.blocks.reduce((sum, block) => sum + block.width, 0);
      const rows = [this.#reader.read(`${section}.rows`, packedLength(width, BASE31_GROUP))];
      for (const row of unpackRows(`${section}.rows`, rows, width))
        for (let at = 0; at < width; at += OCTET_ELEMENTS) this.#octets.push(row.slice(at, at + OCTET_ELEMENTS));
      this.#siblings(index, tree.logLeaves);
    });
    let depth = logDomain;
    this.#folds().forEach((folds, layer) => {
      depth -= folds;
      const section = `tree[${trees.length + layer}]`;
      this.#extensions(`${section}.rows`, 2 ** folds);
      this.#siblings(trees.length + layer, depth);
    });
  }

  #folds(): number[] {
    const { stack } = this.#head.shape;
    return stack === undefined ? [] : layerFolds(this.#system.parameters, stack);
  }

  #extensions(section: string, count: number): void {
    const bytes = this.#reader.read(section, count * extensionLength(this.#system));
    this.#words.push(...unpackExtensionList(this.#system, section, bytes));
  }

  /** Siblings of a path in a tree, up to its cap. */
  #siblings(tree: number, depth: number): void {
    const { hash } = this.#system.parameters;
    const section = `tree[${tree}].siblings`;
    const siblings = this.#reader.readMany(section, depth - (this.#levels[tree] ?? 0), digestLength(hash));
    requireDigests(section, hash, siblings);
    this.#octets.push(...siblings.map(bytesToDigest));
  }

  #root(section: string, bytes: Uint8Array): void {
    requireDigests(section, this.#system.parameters.hash, [bytes]);
    this.#octets.push(bytesToDigest(bytes));
  }
}

import { ModuleBuilder } from "../assembler/module-builder.ts";
import { invertVectors } from "../emit/batch-inversion.ts";
import { divideByPoint, foldExtension } from "../emit/extension-horner.ts";
import { grind } from "../emit/grind.ts";
import { grindPoseidon } from "../emit/grind-poseidon.ts";
import { hashNodesKeccak } from "../emit/hash-nodes-keccak.ts";
import { hashNodesPoseidon, hashRowsPoseidon } from "../emit/hash-poseidon.ts";
import { hashRowsKeccak } from "../emit/hash-rows-keccak.ts";
import { permutePair } from "../emit/keccak.ts";
import { deinterleave, roundSums } from "../emit/neighbours.ts";
import { ntt, nttBlocks, nttLayerPair } from "../emit/ntt.ts";
import { powers } from "../emit/powers.ts";
import { stageRows } from "../emit/stage-rows.ts";
import { runStrips } from "../emit/strip-machine.ts";
import {
  accumulate,
  companions,
  dot,
  foldColumn,
  gather,
  scaleVectors,
  splitColumn,
  vectorArithmetic,
} from "../emit/vector-arithmetic.ts";

/** Degrees of the extension that have kernels. */
const DEGREES = [4, 5, 6] as const;
export type Degree = (typeof DEGREES)[number];

/**
 * A kernel on addresses and counts; the header of the file under emit/ that defines it lists the parameters.
 */
type Kernel = (...args: number[]) => void;

type PerDegree<Name extends string> = Readonly<Record<`${Name}${Degree}`, Kernel>>;

/** Everything the module exports. */
export interface Kernels
  extends PerDegree<"accumulate">, PerDegree<"divideByPoint">, PerDegree<"foldExtension">, PerDegree<"roundSums"> {
  readonly ntt: Kernel;
  readonly powers: Kernel;
  readonly addVectors: Kernel;
  readonly subVectors: Kernel;
  readonly mulVectors: Kernel;
  readonly scaleVectors: Kernel;
  readonly companions: Kernel;
  readonly dot: Kernel;
  readonly gather: Kernel;
  readonly foldColumn: Kernel;
  readonly splitColumn: Kernel;
  readonly deinterleave: Kernel;
  readonly stageRows: Kernel;
  readonly invertVectors: Kernel;
  /** 0 if an element that was inverted is zero. */
  readonly runStrips: (...args: number[]) => number;
  readonly permutePairKeccak: Kernel;
  /** Hashes rows that follow each other word by word; the next kernel takes rows with any step. */
  readonly hashAdjacentRowsKeccak: Kernel;
  readonly hashSpacedRowsKeccak: Kernel;
  readonly hashNodesKeccak: Kernel;
  readonly hashRowsPoseidon: Kernel;
  readonly hashNodesPoseidon: Kernel;
  readonly grind: (
    message: number,
    nonceWord: number,
    firstNonce: bigint,
    count: number,
    mask: bigint,
    constants: number,
  ) => bigint;
  readonly grindPoseidon: (state: number, firstNonce: number, count: number, mask: number, constants: number) => bigint;
}

/** Maximum number of pages of 64 KiB of the backend's memory: 4 GiB, the limit of 32-bit addresses. */
export const MAXIMUM_PAGES = 65536;

/** Assembles and compiles the module for a shared memory; takes a few milliseconds. */
export function compileKernels(): WebAssembly.Module {
  const module = new ModuleBuilder();
  const layerPair = module.add(nttLayerPair());
  const blocks = module.add(nttBlocks(layerPair, module.next()));
  module.add(ntt(blocks));
  for (const kernel of [
    powers(),
    ...vectorArithmetic(),
    scaleVectors(),
    companions(),
    dot(),
    gather(),
    foldColumn(),
    splitColumn(),
    deinterleave(),
    stageRows(),
  ]) {
    module.add(kernel);
  }
  module.add(invertVectors());
  module.add(runStrips());
  for (const degree of DEGREES) {
    for (const kernel of [accumulate(degree), divideByPoint(degree), foldExtension(degree), roundSums(degree)])
      module.add(kernel);
  }
  for (const kernel of [permutePair(), hashRowsKeccak(true), hashRowsKeccak(false), hashNodesKeccak()]) module.add(kernel);
  module.add(hashRowsPoseidon());
  module.add(hashNodesPoseidon());
  module.add(grind());
  module.add(grindPoseidon());
  return new WebAssembly.Module(module.build({ initialPages: 1, maximumPages: MAXIMUM_PAGES, shared: true }));
}

/** Instantiates the kernels on a memory. Each thread needs a separate instance. */
export function instantiateKernels(module: WebAssembly.Module, memory: WebAssembly.Memory): Kernels {
  // The exports are what `compileKernels` put there; the differential tests call every one of them.
  return new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Kernels;
}

/** Throws RangeError for an extension degree without kernels. */
export function assertDegree(degree: number): Degree {
  const known = DEGREES.find((d) => d === degree);
  if (known === undefined) throw new RangeError(`there are no kernels for extension degree ${degree} (${DEGREES.join(", ")})`);
  return known;
}

import type { WasmBackend } from "../../../src/proofs/kernels/wasm/threaded-backend.ts";
import type { ProverInput } from "../../../src/proofs/stark/proving/prover-input.ts";
import type { System } from "../../../src/proofs/stark/systems/system.ts";
import { leafParameters, squaresLeafInput, squaresLeafSystem } from "../../recursion/squares-leaf.ts";
import { smallParameters } from "../../stark/airs/small-parameters.ts";
import { squaresInput, squaresSystem } from "../../stark/airs/squares.ts";

/** Bits of grinding: a wrong nonce passes once in 4096 times. */
const GRINDING_BITS = 12;

export interface ProvenSystem {
  readonly system: System;
  readonly input: ProverInput;
}

/** Systems whose proofs dispatch every kernel together: by stacks, by rows, and with Poseidon. */
export async function provenSystems(
  processor: WasmBackend,
  heights: { readonly squares: number; readonly requests: number },
): Promise<readonly ProvenSystem[]> {
  const input = squaresInput(heights, { start: 1, stride: 2, realRows: 7 });
  const parameters = smallParameters({ minLogRows: 4, grindingBits: GRINDING_BITS });
  const opening = { kind: "stacked", logStackMin: 6, logStackMax: 12 } as const;
  return [
    { system: await squaresSystem({ ...parameters, opening }, processor), input },
    { system: await squaresSystem(parameters, processor), input },
    {
      system: await squaresLeafSystem(leafParameters({ grindingBits: GRINDING_BITS }), processor),
      input: squaresLeafInput(heights),
    },
  ];
}

import type { CardKernel } from "../card/kernel.ts";
import { absorbKeccak, squeezeKeccak } from "./absorb-keccak.ts";
import { absorbPoseidon } from "./absorb-poseidon.ts";
import { addLifted } from "./add-lifted.ts";
import { combine } from "./combine.ts";
import { deal } from "./deal.ts";
import { division } from "./divide.ts";
import { dot, sumPartials } from "./dot.ts";
import { fold } from "./fold.ts";
import { gatherStrip } from "./gather-strip.ts";
import { grindKeccak, grindPoseidon } from "./grind.ts";
import { hashPairsKeccak, hashPairsPoseidon } from "./hash-pairs.ts";
import { layProgressions } from "./lay-progressions.ts";
import { neighbours } from "./neighbours.ts";
import { nttLayer } from "./ntt-layer.ts";
import { pick } from "./pick.ts";
import { extensionPowers, powers } from "./powers.ts";
import { reorder } from "./reorder.ts";
import { runProgram } from "./run-program.ts";
import { chunkSums, runningSums, scanChunks } from "./running-sums.ts";
import { selectors } from "./selectors.ts";
import { spread } from "./spread.ts";

/** Every kernel that proofs over an extension of this degree may dispatch, those first that compile soonest. */
export function kernelsOfProofs(degree: number): readonly CardKernel[] {
  return [
    ...[addLifted, deal, gatherStrip, nttLayer, pick, powers, reorder, selectors, spread, sumPartials],
    ...[chunkSums, scanChunks, runningSums, runProgram],
    ...[combine(degree), dot(degree), fold(degree), layProgressions(degree), extensionPowers(degree)],
    ...Object.values(division(degree)),
    ...Object.values(neighbours(degree)),
    ...[absorbKeccak, squeezeKeccak, hashPairsKeccak, grindKeccak],
    ...[absorbPoseidon, hashPairsPoseidon, grindPoseidon],
  ];
}

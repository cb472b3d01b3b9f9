import { keccak_256 } from "@noble/hashes/sha3.js";
import { Interface } from "ethers";
import { STACK_GAS_PHASES } from "../scripts/verifier-generator/stacked/stack-contract.ts";
import type { StatedProof } from "../src/proofs/recursion/nodes/node-hints.ts";
import type { System } from "../src/proofs/stark/systems/system.ts";
import { startCodeChain } from "../test/contracts/verifier/support/chain.ts";
import { deployStackVerifier, STARK_ABI } from "../test/contracts/verifier/support/small-verifier.ts";

/** L1 gas to check a proof. */
interface GasOnL1 {
  /** Gas in the receipt of the checking transaction, calldata included. */
  readonly transaction: number;
  /** Gas of each phase of the verification; the profile's counters add about 20 gas to a phase. */
  readonly phases: Readonly<Record<string, number>>;
}

/** Deploys the contracts of a program's proofs on an L1, and has them check one. Throws for a proof that L1 refuses. */
export async function gasOnL1(system: System, { statement, proof }: StatedProof): Promise<GasOnL1> {
  const chain = await startCodeChain();
  try {
    const { address } = await deployStackVerifier(chain, system);
    const data = new Interface(STARK_ABI).encodeFunctionData("verify", [keccak_256(statement), statement, proof]);
    const [signer] = await chain.l1.ethers.getSigners();
    const sent = await signer?.sendTransaction({ to: address, data, gasLimit: 16_000_000 });
    const receipt = await sent?.wait();
    if (receipt?.status !== 1) throw new Error("L1 refused the proof");
    const profile = await chain.call((await deployStackVerifier(chain, system, true)).address, data);
    if (!profile.ok) throw new Error("the profile refused the proof");
    const gasOf = (phase: number): number => Number(BigInt(`0x${profile.data.slice(2 + 64 * phase, 66 + 64 * phase)}`));
    const phases = Object.fromEntries(STACK_GAS_PHASES.map((phase, i) => [phase, gasOf(i)]));
    return { transaction: Number(receipt.gasUsed), phases };
  } finally {
    await chain.close();
  }
}

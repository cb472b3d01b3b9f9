import { keccak_256 } from "@noble/hashes/sha3.js";
import { Interface } from "ethers";
import type { StatedProof } from "../src/recursion/nodes/check-by-node.ts";
import type { System } from "../src/stark/system.ts";
import { startCodeChain } from "../test/contracts/verifier/support/chain.ts";
import { deployStackVerifier, STARK_ABI } from "../test/contracts/verifier/support/small-verifier.ts";

/** Gas of a transaction that has L1 check a proof of a program, its calldata included. Throws for a proof that L1 refuses. */
export async function gasOnL1(system: System, { statement, proof }: StatedProof): Promise<number> {
  const chain = await startCodeChain();
  try {
    const { address } = await deployStackVerifier(chain, system);
    const data = new Interface(STARK_ABI).encodeFunctionData("verify", [keccak_256(statement), statement, proof]);
    const [signer] = await chain.l1.ethers.getSigners();
    const sent = await signer?.sendTransaction({ to: address, data, gasLimit: 16_000_000 });
    const receipt = await sent?.wait();
    if (receipt?.status !== 1) throw new Error("L1 refused the proof");
    return Number(receipt.gasUsed);
  } finally {
    await chain.close();
  }
}

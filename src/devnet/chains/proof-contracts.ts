import { Interface } from "ethers";
import { productPrograms } from "../../execution-proof/batch/product-programs.ts";
import { createWasmBackend } from "../../kernels/wasm/backend.ts";
import { digestToHex } from "../../protocol/digest.ts";
import { wordToHex } from "../../protocol/hex.ts";
import type { ArtifactSource } from "../deployment/deploy-ecosystem.ts";
import type { ProofContracts } from "./provers.ts";

/** The contract of the package that is asked about the last program's proof. */
const ASKED = "AggregateStark";

/** Replacement of the digest of programs, which L1 requires with an aggregator. */
const NO_PROGRAMS = wordToHex(1n);

/** The package's programs and the contracts that check their proofs; markers with `proofs` "none". */
export function packageProofContracts(artifacts: ArtifactSource, proofs: "stark" | "none"): ProofContracts {
  if (proofs === "none")
    return { programs: "package", contracts: () => Promise.resolve({ contracts: [], executionKey: NO_PROGRAMS }) };
  const named = async (name: string) => ({ name, ...(await artifacts(name)) });
  return {
    programs: "package",
    contracts: async () => {
      const asked = await named(ASKED);
      const others = await Promise.all(partsOf(new Interface(asked.abi)).map(named));
      return { contracts: [...others, asked], executionKey: await executionKey() };
    },
  };
}

/** The contracts whose addresses it is created with, in order: the generator calls `AggregateStarkClaim`'s `claim_`. */
function partsOf({ deploy: { inputs } }: Interface): readonly string[] {
  return inputs.map(({ name }) => `${ASKED}${name.charAt(0).toUpperCase()}${name.slice(1, -1)}`);
}

/** The digest of the programs of batches, as the registry has it. */
async function executionKey(): Promise<ReturnType<typeof digestToHex>> {
  const backend = await createWasmBackend({ workers: 1 });
  try {
    return digestToHex((await productPrograms(backend)).digests.batches);
  } finally {
    await backend.close();
  }
}

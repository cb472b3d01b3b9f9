import { Interface } from "ethers";
import { WRITTEN_PROGRAMS } from "../../../proofs/execution-proof/batch/written-programs.ts";
import { wordToHex } from "../../../ground/protocol/hex.ts";
import { LAST_VERIFIERS, type LastProof } from "../../../ground/protocol/last-proof.ts";
import type { ArtifactSource } from "../deployment/deploy-layer.ts";
import type { ProofContracts } from "./provers.ts";

/** Replacement of the digest of programs, which L1 requires with an aggregator. */
const NO_PROGRAMS = wordToHex(1n);

/** The package's programs and the contracts that check this last proof; markers with `proofs` "none". */
export function packageProofContracts(artifacts: ArtifactSource, proofs: "stark" | "none", last: LastProof): ProofContracts {
  if (proofs === "none")
    return { programs: "package", contracts: () => Promise.resolve({ contracts: [], executionKey: NO_PROGRAMS }) };
  const named = async (name: string) => ({ name, ...(await artifacts(name)) });
  return {
    programs: "package",
    contracts: async () => {
      const verifier = await named(LAST_VERIFIERS[last]);
      const parts = partsOf(new Interface(verifier.abi)).map((part) => named(`${verifier.name}${part}`));
      return { contracts: [...(await Promise.all(parts)), verifier], executionKey: `0x${WRITTEN_PROGRAMS.batchesDigest}` };
    },
  };
}

/** Parts of a verifier as their names end, in order: the generator calls the address of `…Claim` `claim_`. */
function partsOf({ deploy: { inputs } }: Interface): readonly string[] {
  return inputs.map(({ name }) => `${name.charAt(0).toUpperCase()}${name.slice(1, -1)}`);
}

import { Interface } from "ethers";
import { WRITTEN_PROGRAMS } from "../../execution-proof/batch/written-programs.ts";
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
      return { contracts: [...others, asked], executionKey: `0x${WRITTEN_PROGRAMS.batchesDigest}` };
    },
  };
}

/** The contracts whose addresses it is created with, in order: the generator calls `AggregateStarkClaim`'s `claim_`. */
function partsOf({ deploy: { inputs } }: Interface): readonly string[] {
  return inputs.map(({ name }) => `${ASKED}${name.charAt(0).toUpperCase()}${name.slice(1, -1)}`);
}

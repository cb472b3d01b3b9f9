import { productPrograms } from "../../execution-proof/batch/product-programs.ts";
import { createWasmBackend } from "../../kernels/wasm/backend.ts";
import { digestToHex } from "../../protocol/digest.ts";
import type { ArtifactSource } from "../deployment/deploy-ecosystem.ts";
import type { OnL1Proving } from "./provers.ts";

/** Contracts of the package that check the last program's proof; the last, which is asked, is created with the others. */
const CONTRACTS = [
  ...Array.from({ length: 7 }, (_, i) => `AggregateStarkConstraints${i + 1}`),
  ...["AggregateStarkClaim", "AggregateStark"],
];

/** Proofs of execution for L1 by the package's own programs, which its contracts check. */
export function packageOnL1(artifacts: ArtifactSource): OnL1Proving {
  return {
    programs: "package",
    contracts: async () => ({
      contracts: await Promise.all(CONTRACTS.map(async (name) => ({ name, ...(await artifacts(name)) }))),
      executionKey: await executionKey(),
    }),
  };
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

import type { ExecutionProver } from "../../execution-proof/batch/execution-prover.ts";
import type { GenesisAccount, GenesisOf } from "../../chain/model/genesis.ts";
import type { ExecutionView } from "../../node/execution/node-execution.ts";
import type { Clock } from "../../runtime/clock.ts";
import { nextBlockTime } from "../../settlement-layer/reader/l1-time.ts";
import type { DevnetChain } from "../chains/served-chain.ts";
import { ChainContractReader } from "../chain-on-l1/chain-contract.ts";
import { ExecutionWatch, type ExecutionWatchDependencies } from "../execution/execution-watch.ts";
import { ExecutionCheckError, noProof } from "../execution/served-execution.ts";

interface OwnWatchDependencies {
  readonly genesis: GenesisOf;
  readonly bridges: readonly GenesisAccount[];
  readonly prover: Pick<ExecutionProver, "verify">;
  readonly clock: Clock;
  /** As the chain's. */
  readonly confirmations: number;
  readonly onNamed: NonNullable<ExecutionWatchDependencies["onNamed"]>;
}

/** Watches a chain of this process; undefined for one whose execution is trusted. Rejects with the provider's error. */
export async function watchOwnChain(
  { base, pipeline }: Pick<DevnetChain, "base" | "pipeline">,
  { clock, ...dependencies }: OwnWatchDependencies,
): Promise<ExecutionWatch | undefined> {
  const { execution, created } = pipeline;
  if (execution === undefined) return undefined;
  const { genesis, bridges, ...watching } = dependencies;
  const { provider: l1 } = base;
  const contract = new ChainContractReader(l1, created.hyperchain, await l1.getBlockNumber());
  const [facts, genesisRecord] = await Promise.all([contract.facts(), contract.firstRecord(created.fromBlock)]);
  return new ExecutionWatch(
    { facts, genesisRecord, genesis, bridges, fromBlock: created.fromBlock, longestPauseMs: 0 },
    {
      ...watching,
      l1,
      l1Time: () => nextBlockTime({ send: (method, params) => base.request(method, params) }),
      nowMs: () => clock.nowMs(),
      ...proofsOf(execution),
    },
  );
}

/** What the node has checked counts where L1 has just that batch: a commitment names all that a proof's claim says. */
function proofsOf(execution: ExecutionView): Pick<ExecutionWatchDependencies, "served" | "verified"> {
  return {
    async served(batchNumber) {
      const standing = execution.standing(batchNumber);
      if (standing?.kind === "labelled") throw noProof(standing);
      const served = execution.served(batchNumber);
      if (served === undefined) throw new ExecutionCheckError("NotMade", "the proof of the batch is not made yet");
      return Promise.resolve(served);
    },
    verified({ batchNumber, commitment }) {
      const standing = execution.standing(batchNumber);
      if (standing?.kind !== "proven" || standing.commitment !== commitment) return undefined;
      const { outputs, provenBits } = standing;
      return { batchNumber, commitment, cheatCount: outputs.cheatCount, provenBits };
    },
  };
}

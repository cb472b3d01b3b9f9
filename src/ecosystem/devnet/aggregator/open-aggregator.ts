import type { Provider, Signer } from "ethers";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { siblingVersion } from "../../../ground/protocol/version-modes.ts";
import type { Clock } from "../../../ground/runtime/clock.ts";
import { startOrDispose } from "../../../ground/runtime/disposer.ts";
import { readAggregator, readContract } from "../../../chain/settlement/l1-sender/chain-reader.ts";
import { openExecutionProvers, openProver } from "../chains/provers.ts";
import type { CompleteOptions } from "../described/options.ts";
import { readLastProof } from "../proofs/last-proof.ts";
import { Aggregator, type AggregatorEvent, type OfferingNode } from "./aggregator.ts";

interface OpenAggregatorOptions {
  /** The contract on L1 that takes proofs of this software's version. */
  readonly aggregator: Hex;
  readonly settlementChainId: bigint;
  readonly nodes: readonly OfferingNode[];
  readonly rules: ConstructorParameters<typeof Aggregator>[0]["rules"];
  readonly prover: Pick<CompleteOptions["prover"], "workers" | "device">;
}

interface OpenAggregatorDependencies {
  readonly l1: Provider;
  /** Account of the aggregator. */
  readonly sender: Signer;
  readonly clock: Clock;
  readonly onEvent: (event: AggregatorEvent) => void;
}

/** An aggregator with a separate prover, which makes the package's proofs. */
interface OpenAggregator extends Pick<Aggregator, "look" | "idle"> {
  close(): Promise<void>;
}

/** Starts nothing until there is something to prove. Rejects with ProverDeviceError, and as `readLastProof`. */
export function openAggregator(
  { prover, ...options }: OpenAggregatorOptions,
  { clock, ...dependencies }: OpenAggregatorDependencies,
): Promise<OpenAggregator> {
  return startOrDispose("the aggregator", async (closing) => {
    const last = await readLastProof(dependencies.l1, options.aggregator);
    const open = await openProver({ proofs: "stark", prover, inBackground: false }, { clock }, closing);
    const { batchesProver } = openExecutionProvers({ prover }, open, closing, { clock, programs: "package", last });
    const aggregator = new Aggregator(options, { ...dependencies, nodes: options.nodes, clock, onL1: batchesProver });
    closing.add(() => aggregator.close());
    return { look: () => aggregator.look(), idle: () => aggregator.idle(), close: () => closing.close() };
  });
}

/** The contract that takes proofs of execution of these chains; undefined where L1 checks no chain's. */
export async function findAggregator(l1: Provider, hyperchains: readonly Hex[]): Promise<Hex | undefined> {
  for (const hyperchain of hyperchains) {
    // That of a chain on a chain is not there.
    if ((await l1.getCode(hyperchain)) === "0x") continue;
    const contract = { provider: l1, hyperchain, fromBlock: 0 };
    const version = await readContract<bigint>(contract, "getProtocolVersion");
    const found = await readAggregator(contract, siblingVersion(version, "proven"));
    if (found !== undefined) return found.address;
  }
  return undefined;
}

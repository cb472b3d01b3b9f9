import type { Signer } from "ethers";
import type { RunningPorts } from "../../../chain/node/ports.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { DataPolicy } from "../../../chain/settlement/data-policy.ts";
import type { JobQueue } from "../../../proofs/proving/queue.ts";

/** Custom availability of a chain's data. A policy that leaves a choice names it in each choice's path. */
export interface OwnAvailability extends DataPolicy {
  /** The contract on L1 that says whether a batch's data are available: an `IDataAvailabilityPolicy`. */
  readonly contract: Hex;
}

/** Parts of a chain that others may bring. */
export interface ChainPorts extends RunningPorts {
  /**
   * Called once when the chain starts, before it is created on L1. `signer` has money on L1, to deploy the policy's
   * contract; `known` is the contract of an existing chain.
   */
  readonly availability?: (l1: { readonly signer: Signer; readonly known: Hex | undefined }) => Promise<OwnAvailability>;
}

/** Parts of an ecosystem that others may bring. */
export interface EcosystemPorts {
  /** Queue for the jobs of proofs, instead of the queue in memory or around it. Fleets join that one. */
  readonly queue?: (own: JobQueue) => JobQueue;
  readonly chain?: (chainId: bigint) => ChainPorts;
}

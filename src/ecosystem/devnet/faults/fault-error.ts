import { HyperchainError } from "../../../ground/errors/hyperchain-error.ts";

/**
 * A fault that cannot be set.
 * Remedy: name a fault that `hyperchain_setFault` takes, and a chain of the ecosystem.
 */
export class FaultError extends HyperchainError<"UnknownFault"> {
  override readonly name = "FaultError";
}

/** The named chain has no nodes whose faults could be set. */
export function chainWithoutNodes(name: string): FaultError {
  return new FaultError(
    "UnknownFault",
    `${name} has one sequencer and no nodes; create a chain with sequencing: { by: "bft", nodes: 4 }`,
  );
}

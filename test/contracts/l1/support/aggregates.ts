import { ZeroAddress, type BaseContract, type ContractTransactionReceipt } from "ethers";
import type { AggregatedBatch } from "../../../../src/ground/protocol/aggregate.ts";
import { wordToHex, type Hex } from "../../../../src/ground/protocol/hex.ts";
import type { StoredBatch } from "../../../../src/ground/protocol/stored-batch.ts";
import { proofOfAggregate } from "../../../support/aggregate-proof.ts";
import { eventsOf, GENESIS_LEAVES, GENESIS_ROOT, send, type Ecosystem } from "./ecosystem.ts";

/** Any digest that is canonical will do for the double: which one it should be is the circuit's matter. */
export const DIGEST: Hex = wordToHex(5n);
export const EXECUTION_KEY: Hex = wordToHex(77n);

/** An aggregator with the verifier's double, and the version that it belongs to. */
export interface Aggregator {
  readonly version: bigint;
  readonly contract: BaseContract;
  readonly verifier: BaseContract;
  /** An aggregate whose proof is right. */
  prove(items: readonly AggregatedBatch[], digest?: Hex): Promise<ContractTransactionReceipt>;
  /** Chain id and number of each batch that its chain did not take. */
  skipped(receipt: ContractTransactionReceipt): bigint[][];
}

/** Adds a version that proves execution to the ecosystem, by the double or by another verifier of aggregates. */
export async function addExecutionVersion(ecosystem: Ecosystem, version: bigint, other?: BaseContract): Promise<Aggregator> {
  const verifier = other ?? (await ecosystem.l1.deploy("AggregateVerifierDouble"));
  const contract = await ecosystem.l1.deploy(
    "ProofAggregator",
    await ecosystem.factory.getAddress(),
    await verifier.getAddress(),
    version,
  );
  await send(ecosystem.verifiers, "addVersion", version, {
    verifier: await ecosystem.verifier.getAddress(),
    secondVerifier: ZeroAddress,
    aggregator: await contract.getAddress(),
    tree: await ecosystem.stateTree.getAddress(),
    reader: await ecosystem.reader.getAddress(),
    genesisStateRoot: GENESIS_ROOT,
    genesisLeafCount: GENESIS_LEAVES,
    executionKey: EXECUTION_KEY,
  });
  return {
    version,
    contract,
    verifier,
    prove: (items, digest = DIGEST) => send(contract, "proveBatches", items, digest, proofOfAggregate(items, digest)),
    skipped: (receipt) => eventsOf(contract, receipt, "BatchSkipped").map(({ args }) => [...(args as unknown as bigint[])]),
  };
}

export function itemOf(chain: { readonly configuration: { readonly chainId: bigint } }, batch: StoredBatch): AggregatedBatch {
  return { chainId: chain.configuration.chainId, batch };
}

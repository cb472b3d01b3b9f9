import { hashAggregate, MAX_AGGREGATED_BATCHES, type AggregatedBatch } from "../../../src/ground/protocol/aggregate.ts";
import { digestFromHex } from "../../../src/ground/protocol/digest.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { proofOfAggregate } from "../../support/aggregate-proof.ts";
import type { Frame } from "./frame.ts";
import { requireCanonical } from "./registries.ts";
import { requireThat } from "./refusal.ts";

const LARGEST_NUMBER = 2n ** 32n - 2n;

function checkBatch({ batch }: AggregatedBatch, version: bigint): void {
  const isOfVersion = batch.protocolVersion === version;
  requireThat(isOfVersion, "ProofAggregator", "VersionMismatch", () => [version, batch.protocolVersion]);
  const isNumber = batch.batchNumber <= LARGEST_NUMBER;
  requireThat(isNumber, "ProofAggregator", "BatchNumberTooLarge", () => [LARGEST_NUMBER, batch.batchNumber]);
  for (const digest of [batch.oldStateRoot, batch.newStateRoot, batch.diffDigest]) requireCanonical("ProofAggregator", digest);
  for (const element of [batch.point, batch.evaluation]) {
    requireCanonical("ProofAggregator", `0x${element.slice(2).padEnd(64, "0")}`);
  }
}

export const aggregator = {
  proveBatches(frame: Frame, items: readonly AggregatedBatch[], digest: Hex, proof: Hex): void {
    const { world, self } = frame;
    const { version, verifier } = world.aggregators.get(self)!;
    const isCount = items.length > 0 && items.length <= MAX_AGGREGATED_BATCHES;
    requireThat(isCount, "ProofAggregator", "BatchCountOutOfRange", () => [MAX_AGGREGATED_BATCHES, items.length]);
    requireCanonical("ProofAggregator", digest);
    for (const item of items) checkBatch(item, version);
    // No action stores a proof.
    requireThat(proof !== "0x", "ProofAggregator", "ProofNotStored", () => [hashAggregate(items, digestFromHex(digest))]);
    requireThat(world.refusingVerifiers.get(verifier) !== true, "ProofAggregator", "ProofRefused");
    const expected = proofOfAggregate(items, digest);
    requireThat(proof === expected, "AggregateVerifierDouble", "WrongProof", () => [expected]);
    for (const { chainId, batch } of items) {
      const chain = world.chains.get(chainId);
      requireThat(chain !== undefined, "ProofAggregator", "UnknownChain", () => [chainId]);
      frame.call({ to: chain.address, fn: "acceptProven", args: [batch], value: 0n });
    }
  },
};

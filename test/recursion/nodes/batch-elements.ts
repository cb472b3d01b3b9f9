import type { AggregatedBatch } from "../../../src/ground/protocol/aggregate.ts";
import { digestFromHex, elementsFromBytes } from "../../../src/ground/protocol/digest.ts";
import { fromHex } from "../../../src/ground/protocol/hex.ts";
import { toLimbs } from "../../../src/ground/protocol/word.ts";

/** A batch as L1 writes its elements. */
export function elementsOf({ chainId, batch }: AggregatedBatch): number[] {
  const numbers = [
    toLimbs(batch.protocolVersion).slice(0, 2),
    toLimbs(chainId).slice(0, 4),
    toLimbs(batch.batchNumber + 1n).slice(0, 2),
  ];
  const words = [batch.commitment, batch.outputsHash].map((word) => toLimbs(BigInt(word)));
  const digests = [batch.oldStateRoot, batch.newStateRoot, batch.diffDigest].map(digestFromHex);
  const quintics = [batch.point, batch.evaluation].map((value) => elementsFromBytes(fromHex(value, 20)));
  return [...[...numbers, ...words, ...digests, ...quintics].flat(), ...new Array<number>(34).fill(0)];
}

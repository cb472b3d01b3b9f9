import { Interface, type Provider } from "ethers";
import { keccak, type Hex } from "../../../ground/protocol/hex.ts";
import { assumedLeafCount, decodePubdata } from "../../../ground/protocol/pubdata-decoder.ts";
import { calledCommits, emittedCommits, type CommitCall } from "../../../chain/settlement-layer/reader/commit-call.ts";
import { topicOf } from "../../../chain/settlement-layer/reader/contract-interfaces.ts";
import { PageWidth, readLogPages } from "../../../chain/settlement-layer/reader/log-pages.ts";

const registry = new Interface(["event BytecodePublished(bytes32 indexed hash, uint256 indexed chainId)"]);

/**
 * A bytecode that some chain's batch, also a reverted one, published on this L1: a chain need not publish it again. Undefined
 * where the registry of bytecodes does not name it, or its transaction does not hold it.
 */
export async function findPublishedCode(
  provider: Provider,
  {
    bytecodes,
    toBlock,
    blocksPerRequest,
  }: { readonly bytecodes: Hex; readonly toBlock: number; readonly blocksPerRequest: number },
  hash: Hex,
): Promise<Uint8Array | undefined> {
  // From the newest block back: a chain seldom uses a code long after it was published.
  const question = { address: bytecodes, topics: [topicOf(registry, "BytecodePublished"), hash], fromBlock: 0, toBlock };
  for await (const { logs } of readLogPages(provider, question, new PageWidth(blocksPerRequest), "newestFirst")) {
    for (const { transactionHash } of logs) {
      const among = (calls: readonly CommitCall[] = []): Uint8Array | undefined =>
        calls.flatMap(codesOf).find((bytes) => keccak(bytes) === hash);
      const transaction = transactionHash as Hex;
      const code = among(await calledCommits(provider, transaction)) ?? among(await emittedCommits(provider, transaction));
      if (code !== undefined) return code;
    }
  }
  return undefined;
}

/** The bytecodes in any chain's pubdata; its leaf count only serves to read it. */
export function codesOf({
  pubdata,
  oldLeafCount,
  priorityOpCount,
}: Pick<CommitCall, "pubdata" | "oldLeafCount" | "priorityOpCount">): readonly Uint8Array[] {
  const leafCount = oldLeafCount === 0n ? assumedLeafCount(pubdata) : Number(oldLeafCount);
  const decoding = decodePubdata(pubdata, { oldLeafCount: leafCount, priorityOpCount: Number(priorityOpCount) });
  return decoding.ok ? decoding.pubdata.bytecodes : [];
}

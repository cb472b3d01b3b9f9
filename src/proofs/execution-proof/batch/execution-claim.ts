import { NamedError } from "../../../ground/errors/named-error.ts";
import { reasonOf } from "../../../ground/errors/reason-of.ts";
import { BLOCK_GAS_LIMIT } from "../../../ground/transaction/gas-limits.ts";
import { BOUNDARY_WORDS, type Boundary, type RunEnvironment } from "../../machine/interpreter/environment.ts";
import { digestFromHex } from "../../../ground/protocol/digest.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { ChainId } from "../../../ground/protocol/ids.ts";
import { type BatchOutputs, hashOutputs } from "../../../ground/protocol/outputs.ts";
import type { StoredBatch } from "../../../ground/protocol/stored-batch.ts";
import { BASE_FEE_WEI, isStated, isStatedChainId } from "./kernel-statement.ts";
import { ExecutionProofError } from "./execution-proof-error.ts";

/** L1's records of a batch and of the one before it, and the further inputs of a verifier. Plain data. */
export interface ExecutionClaim {
  readonly chainId: ChainId;
  /** L1's record of the batch before; of the first batch, that of the genesis. */
  readonly previous: Pick<StoredBatch, "newStateRoot" | "lastBlock" | "lastTimestamp">;
  /**
   * L1's record of the batch, of which L1 has accepted the list proof: that proof shows the outputs' hash in the state behind the
   * batch, and the proof of the execution does not.
   */
  readonly batch: Pick<
    StoredBatch,
    | "batchNumber"
    | "protocolVersion"
    | "oldStateRoot"
    | "newStateRoot"
    | "lastBlock"
    | "firstTimestamp"
    | "lastTimestamp"
    | "outputsHash"
  >;
  /** Outputs of the batch, of which the record has the hash. */
  readonly outputs: BatchOutputs;
  /** Receives the fees. */
  readonly coinbase: Hex;
}

/** First and last step of a batch, by its claim. */
export interface ClaimedEnds {
  /** Boundary without the chain of blocks' hashes, which the kernel compares with the state's. */
  readonly environment: Omit<RunEnvironment, "boundary">;
  readonly first: Omit<Boundary, "blockHashes">;
  readonly last: Omit<Boundary, "blockHashes">;
  readonly rootBefore: readonly number[];
  readonly rootAfter: readonly number[];
}

/** The ends of a batch as L1 has them. Throws ExecutionProofError BadClaim for a claim that cannot be, or contradicts itself. */
export function claimedEnds(claim: ExecutionClaim): ClaimedEnds {
  try {
    return endsOf(claim);
  } catch (cause) {
    // Malformed digits of a number are a SyntaxError.
    if (cause instanceof ExecutionProofError || !(cause instanceof NamedError || cause instanceof SyntaxError)) throw cause;
    throw new ExecutionProofError("BadClaim", `the claim is not one of L1's: ${reasonOf(cause)}`, { cause });
  }
}

function endsOf({ chainId, previous, batch, outputs, coinbase }: ExecutionClaim): ClaimedEnds {
  const contradictions: readonly (readonly [string, bigint | Hex, bigint | Hex])[] = [
    ["the outputs' hash", hashOutputs(outputs), batch.outputsHash],
    ["the batch's number", outputs.batchNumber, batch.batchNumber],
    ["the first block", outputs.firstBlock, previous.lastBlock + 1n],
    ["the last block", outputs.lastBlock, batch.lastBlock],
    ["the first time", outputs.firstTimestamp, batch.firstTimestamp],
    ["the last time", outputs.lastTimestamp, batch.lastTimestamp],
    ["the state before", batch.oldStateRoot, previous.newStateRoot],
    ["the coinbase", coinbase.toLowerCase() as Hex, (outputs.coinbase ?? coinbase).toLowerCase() as Hex],
  ];
  const wrong = contradictions.find(([, got, expected]) => got !== expected);
  if (wrong !== undefined) throw new ExecutionProofError("BadClaim", `${wrong[0]} is ${wrong[1]}, L1's records have ${wrong[2]}`);
  const shared = { coinbase: BigInt(coinbase), open: 0n };
  const ends: ClaimedEnds = {
    environment: { chainId, baseFee: BASE_FEE_WEI, blockGasLimit: BLOCK_GAS_LIMIT },
    // An opening sets the count of cheats, whatever it was.
    first: {
      ...shared,
      nextBatch: batch.batchNumber,
      cheatCount: 0n,
      blockNumber: previous.lastBlock,
      timestamp: previous.lastTimestamp,
    },
    last: {
      ...shared,
      nextBatch: batch.batchNumber + 1n,
      cheatCount: outputs.cheatCount,
      blockNumber: batch.lastBlock,
      timestamp: batch.lastTimestamp,
    },
    rootBefore: digestFromHex(batch.oldStateRoot),
    rootAfter: digestFromHex(batch.newStateRoot),
  };
  if (!isStatedChainId(chainId)) throw new ExecutionProofError("BadClaim", `no statement has ${chainId} as a chain's id`);
  for (const boundary of [ends.first, ends.last]) {
    const name = unstatedWord(boundary);
    if (name !== undefined) throw new ExecutionProofError("BadClaim", `no statement has ${boundary[name]} as ${name}`);
  }
  return ends;
}

/** The first word of a boundary that is more than statements say of it. */
function unstatedWord(boundary: ClaimedEnds["first"]): keyof ClaimedEnds["first"] | undefined {
  return BOUNDARY_WORDS.find(
    (name): name is keyof ClaimedEnds["first"] => name !== "blockHashes" && !isStated(name, boundary[name]),
  );
}

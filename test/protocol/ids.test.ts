import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { prevRandaoOf } from "../../src/ground/protocol/prev-randao.ts";
import { assetId } from "../../src/ground/protocol/asset-message.ts";
import { deliveryFlagKey } from "../../src/ground/protocol/delivery-flag.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import type { BatchNumber, BlockNumber, ChainId, MessageHash, OperationHash } from "../../src/ground/protocol/ids.ts";
import { priorityOpLog } from "../../src/ground/protocol/l2-log.ts";

const hash: Hex = `0x${"ab".repeat(32)}`;
const token: Hex = `0x${"11".repeat(20)}`;

interface Ids {
  readonly chainId: ChainId;
  readonly batchNumber: BatchNumber;
  readonly blockNumber: BlockNumber;
  readonly messageHash: MessageHash;
  readonly operationHash: OperationHash;
}

const { chainId, batchNumber, blockNumber, messageHash, operationHash }: Ids = {
  chainId: 270n,
  batchNumber: 3n,
  blockNumber: 9n,
  messageHash: hash,
  operationHash: hash,
};

// Each `@ts-expect-error` fails the check of types where the line below it compiles.
describe("ids", () => {
  test("are plain values when the program runs, and plain values are taken for them", () => {
    const plain: bigint = chainId + 1n;
    assert.equal(plain, 271n);
    assert.equal(assetId(chainId, token), assetId(270n, token));
    assert.equal(prevRandaoOf(chainId, blockNumber), prevRandaoOf(270n, 9n));
    assert.deepEqual(deliveryFlagKey(chainId, messageHash), deliveryFlagKey(270n, hash));
    assert.deepEqual(priorityOpLog(operationHash, true), priorityOpLog(hash, true));
  });

  test("of another kind do not compile", () => {
    // @ts-expect-error A batch number instead of a chain id.
    const asset = assetId(batchNumber, token);
    // @ts-expect-error Swapped arguments.
    const randao = prevRandaoOf(blockNumber, chainId);
    // @ts-expect-error An operation's hash instead of a message's.
    const flag = deliveryFlagKey(chainId, operationHash);
    // @ts-expect-error A message's hash instead of an operation's.
    const log = priorityOpLog(messageHash, true);
    // @ts-expect-error A block number instead of a batch number.
    const batch: BatchNumber = blockNumber;
    // A mix-up would have changed the value.
    assert.notEqual(asset, assetId(chainId, token));
    assert.notEqual(randao, prevRandaoOf(chainId, blockNumber));
    assert.deepEqual([flag, log, batch], [deliveryFlagKey(chainId, hash), priorityOpLog(hash, true), 9n]);
  });
});

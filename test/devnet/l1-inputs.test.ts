import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { inputsFrom, L1ReorgError } from "../../src/chain/node/inflow/l1-inputs.ts";
import { NO_BATCH } from "../../src/ground/protocol/batch-record.ts";
import { wordToHex, type Hex } from "../../src/ground/protocol/hex.ts";
import type { L1Event } from "../../src/chain/settlement-layer/reader/l1-event.ts";
import { sampleRecord } from "../support/batch-record.ts";

const OWN = 270n;
const OTHER = 271n;
/** 14 levels of keccak over the leaf of 88 zero bytes: the last word of L2LogTree.EMPTY_SUBTREES. */
const SILENT: Hex = "0x375a5bf909cb02143e3695ca658e0641e739aa590f0004dba93572c44cdb9d2d";

/** The root after this leaf is the leaf's number in a word. */
function leaf(
  leafIndex: bigint,
  {
    chainId = OTHER,
    logRoot = wordToHex(7n),
    provenSince = 1n,
    refused = wordToHex(0n),
  }: { readonly chainId?: bigint; readonly logRoot?: Hex; readonly provenSince?: bigint; readonly refused?: Hex },
): L1Event {
  const place = {
    blockNumber: 1,
    logIndex: Number(leafIndex),
    transactionHash: wordToHex(1n),
    contract: `0x${"11".repeat(20)}` as Hex,
  };
  return {
    ...place,
    type: "transactionRoot",
    leafIndex,
    rootIndex: leafIndex + 1n,
    chainId,
    batchNumber: 0n,
    logRoot,
    record: sampleRecord({ provenSince, refused }),
    root: wordToHex(leafIndex),
  } as L1Event;
}
/** Mark that any account may create, once an hour and chain: its log root is 0, which no batch has. */
const mark = (leafIndex: bigint): L1Event => leaf(leafIndex, { logRoot: wordToHex(0n), provenSince: NO_BATCH });
const inputs = (events: readonly L1Event[]) => inputsFrom(OWN, { events, reorg: undefined, checkpoint: undefined });

describe("roots that a chain imports", () => {
  it("are the newest after another chain's batch that said something", () => {
    const events = [leaf(0n, {}), leaf(1n, {}), leaf(2n, { logRoot: SILENT }), leaf(3n, { chainId: OWN })];
    assert.deepEqual(inputs(events).roots, [{ registryIndex: 2n, root: wordToHex(1n) }]);
  });

  it("are the newest after a batch of which L1 refused a part, so that it can be rewound", () => {
    const own = leaf(1n, { chainId: OWN, refused: wordToHex(3n) });
    assert.deepEqual(inputs([leaf(0n, {}), own, leaf(2n, { chainId: OWN })]).roots, [{ registryIndex: 2n, root: wordToHex(1n) }]);
  });

  it("are empty after 64 marks by a stranger, since every import costs a block", () => {
    assert.deepEqual(inputs(Array.from({ length: 64 }, (_, i) => mark(BigInt(i)))).roots, []);
    assert.deepEqual(inputs([leaf(0n, {}), mark(1n)]).roots, [{ registryIndex: 1n, root: wordToHex(0n) }]);
  });

  it("end the chain where L1 takes them back, and marks do not", () => {
    const without = (removed: readonly L1Event[]) =>
      inputsFrom(OWN, { events: [], reorg: { blockNumber: 0, removed }, checkpoint: undefined });
    assert.deepEqual(without([mark(0n)]), { operations: [], roots: [] });
    assert.throws(() => without([mark(0n), leaf(1n, {})]), L1ReorgError);
  });
});

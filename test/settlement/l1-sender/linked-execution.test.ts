import assert from "node:assert/strict";
import { test } from "node:test";
import { getAddress, Interface } from "ethers";
import { chainFactoryAbi } from "../../../src/ground/abi/chain-factory.ts";
import { wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { factIndex } from "../../../src/ground/protocol/import-kinds.ts";
import { linkIndex } from "../../../src/ground/protocol/link-index.ts";
import { genesisStoredBatch } from "../../../src/ground/protocol/stored-batch.ts";
import { hyperchainInterface } from "../../../src/chain/settlement-layer/reader/contract-interfaces.ts";
import { SettlementError } from "../../../src/chain/settlement/errors/settlement-error.ts";
import type { ExecutableBatch } from "../../../src/chain/settlement/l1-sender/executable-batch.ts";
import { executionCall } from "../../../src/chain/settlement/l1-sender/linked-execution.ts";
import type { SenderContext } from "../../../src/chain/settlement/l1-sender/sender-context.ts";

const [A, B] = [271n, 272n];
const [OWN_ROOT, PEER_ROOT, OTHER_ROOT] = [7n, 8n, 9n].map(wordToHex) as [Hex, Hex, Hex];
const CHAIN: Hex = `0x${"c1".repeat(20)}`;
const [FACTORY, REGISTRY] = ["0x00000000000000000000000000000000000000f1", "0x00000000000000000000000000000000000000a1"];
const PATIENCE_SECONDS = 900;
const COMMITTED_AT = 1_000n;
const factory = new Interface(chainFactoryAbi);

const genesis = genesisStoredBatch(2n, OWN_ROOT, 1n);
/** Batch 4 of the sender, with the link to batch 6 of the peer. */
const own = {
  batch: { ...genesis, batchNumber: 4n, committedAt: COMMITTED_AT, l2LogsTreeRoot: OWN_ROOT },
  imports: [{ registryIndex: linkIndex(B, 6n), root: PEER_ROOT }],
  flows: [],
};
const matching: ExecutableBatch = {
  chainId: B,
  batch: { ...genesis, batchNumber: 6n, l2LogsTreeRoot: PEER_ROOT },
  imports: [{ registryIndex: factIndex(A, 4n), root: OWN_ROOT }],
  flows: [],
};

/** The call's target, or the code and message of its error, at a second of L1's time that passes with each wait. */
async function outcomeOf(peer: ExecutableBatch | undefined, refused?: SettlementError, second = COMMITTED_AT) {
  let now = second;
  const answer = (data: string): string => {
    const name = [hyperchainInterface, factory].map((each) => each.getFunction(data.slice(0, 10))?.name).find(Boolean);
    if (name === "factory") return hyperchainInterface.encodeFunctionResult(name, [FACTORY]);
    if (name === "messageRoot") return factory.encodeFunctionResult(name, [REGISTRY]);
    return hyperchainInterface.encodeFunctionResult("getChainId", [A]);
  };
  const context = {
    provider: {
      getBlock: () => Promise.resolve({ timestamp: Number(now) }),
      call: ({ data }: { data: string }) => Promise.resolve(answer(data)),
    },
    ...{ hyperchain: CHAIN, factPatienceSeconds: PATIENCE_SECONDS },
    findExecutable: () => Promise.resolve(peer),
    delay: () => Promise.resolve(void (now += 100n)),
  } as unknown as SenderContext;
  try {
    return { to: (await executionCall(context, [own], () => Promise.resolve(false), refused)).to, waited: now - second };
  } catch (error) {
    assert.ok(error instanceof SettlementError);
    return { code: error.code, message: error.message, voided: error.voided, waited: now - second };
  }
}

test("matched, not executed: L1 refuses both batches until the patience ends, and then the link is void", async () => {
  assert.deepEqual(await outcomeOf(matching), { to: getAddress(REGISTRY!), waited: 0n });
  const refused = new SettlementError("Reverted", "BalanceOverdraft");
  assert.deepEqual(await outcomeOf(matching, refused), { to: getAddress(REGISTRY!), waited: 100n }, "tried again after a wait");
  const late = await outcomeOf(matching, refused, COMMITTED_AT + BigInt(PATIENCE_SECONDS) + 1n);
  assert.equal(late.code, "FactVoid");
  assert.match(late.message!, /L1 could not execute both 900 seconds after this one's commit \(BalanceOverdraft\)/);
  assert.deepEqual(late.voided, { batchNumber: 4n, index: linkIndex(B, 6n) });
});

test("one side alone: a peer that is never ready makes the link void when the patience ends, and one with another batch immediately", async () => {
  const silent = await outcomeOf(undefined);
  assert.deepEqual([silent.code, silent.waited], ["FactVoid", BigInt(PATIENCE_SECONDS) + 100n]);
  const other = await outcomeOf({ ...matching, batch: { ...matching.batch, l2LogsTreeRoot: OTHER_ROOT } });
  assert.deepEqual([other.code, other.waited], ["FactVoid", 0n]);
  for (const imports of [[], [{ registryIndex: factIndex(A, 4n), root: OTHER_ROOT }]])
    assert.match((await outcomeOf({ ...matching, imports })).message!, /imports no fact about this one/);
});

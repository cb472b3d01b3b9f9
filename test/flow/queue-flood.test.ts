import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { getCreateAddress, Interface, type JsonRpcProvider } from "ethers";
import { l2AssetRouterAbi } from "../../src/ground/abi/l2-asset-router.ts";
import { requestFromL1 } from "../../src/ecosystem/client/queue/ether-request.ts";
import { fromHex, toHex, type Hex } from "../../src/ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../src/ground/protocol/predeploys.ts";
import { MAX_TRANSACTION_GAS } from "../../src/ground/protocol/way-to-l1.ts";
import { lowerCaseAddress } from "../../src/ecosystem/devnet/accounts/accounts.ts";
import { hyperchainInterface } from "../../src/chain/settlement-layer/reader/contract-interfaces.ts";
import { readContract } from "../../src/chain/settlement/l1-sender/chain-reader.ts";
import { loop, push } from "../chain/support/assembler.ts";
import { VERIFIER_GAS } from "../contracts/l1/support/verifier-gas.ts";
import { ALICE, BOB, clientOf, startFlowDevnet, type FlowDevnet, UNPROVEN } from "./support/devnet.ts";

const CHAIN_ID = 271n;
const CHAIN = { chainId: CHAIN_ID, execution: "proven", sequencing: "queue" } as const;
const OPERATIONS = 10;

/** Sends a unit of the base token to another id and deploys another code of four bytes, again and again, and other ones in each block. */
function floodInitCode(): Hex {
  const router = new Interface(l2AssetRouterAbi);
  const send = router.encodeFunctionData("sendToChain", [0n, PREDEPLOYS.L2BaseToken, 1n, `0x${"be".repeat(20)}`]) as Hex;
  // The id, which counts on the stack, is the first argument. CALL with one unit.
  const sending = [0x80, ...push(4), 0x52, 0x5f, 0x5f, ...push((send.length - 2) / 2), 0x5f, ...push(1)];
  const called = [...push(BigInt(PREDEPLOYS.L2AssetRouter)), 0x5a, 0xf1, 0x50];
  // PUSH4 of the id, PUSH0, MSTORE, PUSH1 4, PUSH1 28, RETURN: twelve bytes, at the end of a word.
  const creation = [0x80, ...push(56), 0x1b, ...push(0x63_0000_0000_5f52_6004_601c_f3n), 0x17, ...push(512), 0x52];
  const created = [...push(12), ...push(532), 0x5f, 0xf0, 0x50];
  const counted = [...push(1), 0x01];
  const body = [...sending, ...called, ...creation, ...created, ...counted];
  const code = loop(body, { input: send, setup: [0x43, ...push(16), 0x1b], reserve: 120_000 });
  const length = (code.length - 2) / 2;
  // PUSH2 length, PUSH1 12, PUSH0, CODECOPY, PUSH2 length, PUSH0, RETURN.
  const pushed = [0x61, length >> 8, length & 0xff];
  return toHex(Uint8Array.from([...pushed, 0x60, 12, 0x5f, 0x39, ...pushed, 0x5f, 0xf3, ...fromHex(code)]));
}

/* Nothing is proven: L1 accepts markers. */
describe("attack: operations that send to many chains and deploy many codes, on a chain whose order is L1's queue alone", () => {
  let devnet: FlowDevnet;
  let client: JsonRpcProvider;

  before(async () => {
    devnet = await startFlowDevnet([CHAIN], { fundedAccounts: [ALICE], ...UNPROVEN });
    client = clientOf(devnet.chains[0]!);
  });
  after(async () => {
    client.destroy();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  it("fill batches that L1 takes, until none of them is left in the queue", async (context) => {
    const { pipeline } = devnet.chains[0]!;
    const { hyperchain } = pipeline.created;
    const { provider } = devnet.l1;
    const bob = devnet.accounts.wallet(BOB).connect(provider);
    const from = lowerCaseAddress(bob.address);
    const flood = lowerCaseAddress(getCreateAddress({ from, nonce: await client.getTransactionCount(from) }));
    const { factory } = devnet.ecosystem.addresses;
    const created = { chainId: CHAIN_ID, to: `0x${"00".repeat(20)}`, valueWei: 0n, data: floodInitCode() } as const;
    await requestFromL1(factory, created, bob);
    const called = { chainId: CHAIN_ID, to: flood, valueWei: 1_000n, gasLimit: 2_080_000n };
    for (let i = 0; i < OPERATIONS; i++) await requestFromL1(factory, called, bob);
    await pipeline.pollL1();
    assert.notEqual(await client.getCode(flood), "0x");
    const operations = (name: string): Promise<bigint> => readContract<bigint>({ provider, hyperchain }, name);
    const queued = await operations("getTotalPriorityTxs");
    while ((await operations("getFirstUnprocessedPriorityTx")) < queued) await devnet.settle(CHAIN_ID);

    const logs = await provider.getLogs({
      address: hyperchain,
      topics: hyperchainInterface.encodeFilterTopics("BlockExecution", []),
      fromBlock: 0,
    });
    assert.ok(logs.length > 1, "one batch has no room for all");
    let flows = 0;
    for (const { transactionHash } of logs) {
      const receipt = (await provider.getTransactionReceipt(transactionHash))!;
      const { args } = hyperchainInterface.parseTransaction((await provider.getTransaction(transactionHash))!)!;
      const ofVerifier = args["proof"] === "0x" ? 0 : VERIFIER_GAS.max;
      context.diagnostic(`${args["flows"].length} flows: ${receipt.gasUsed} gas, and ${ofVerifier} for the verifier`);
      assert.ok(Number(receipt.gasUsed) + ofVerifier <= MAX_TRANSACTION_GAS, transactionHash);
      flows += (args["flows"] as readonly unknown[]).length;
    }
    assert.ok(flows > 198, `${flows}`);
  });
});

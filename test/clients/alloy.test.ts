import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { HDNodeWallet, TransactionLike } from "ethers";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { ALICE, startFlowDevnet, type FlowDevnet } from "../flow/support/devnet.ts";

const TO = "0x00000000000000000000000000000000000a11ce";
/** Deploys code that logs slot 0 with no topic: PUSH0 SLOAD PUSH0 MSTORE PUSH1 32 PUSH0 LOG0 STOP. */
const LOGGING = "0x60098060095f395ff35f545f5260205fa000";
const QUANTITY = /^0x(0|[1-9a-f][0-9a-f]*)$/;
const BYTES = /^0x([0-9a-f]{2})*$/;
const HASH = /^0x[0-9a-f]{64}$/;
const ADDRESS = /^0x[0-9a-f]{40}$/;
const BLOOM = /^0x[0-9a-f]{512}$/;

/**
 * Fields that alloy requires in an answer, from its types at e1b4bf79c: crates/consensus/src/block/header.rs and
 * crates/rpc-types-eth/src/block.rs, crates/rpc-types-eth/src/transaction/receipt.rs with crates/consensus/src/receipt, and
 * crates/rpc-types-eth/src/log.rs.
 */
const HEADER = {
  ...{ hash: HASH, parentHash: HASH, sha3Uncles: HASH, stateRoot: HASH, transactionsRoot: HASH, receiptsRoot: HASH },
  ...{ miner: ADDRESS, logsBloom: BLOOM, extraData: BYTES },
  ...{ difficulty: QUANTITY, number: QUANTITY, gasLimit: QUANTITY, gasUsed: QUANTITY, timestamp: QUANTITY },
};
const RECEIPT = {
  ...{ transactionHash: HASH, blockHash: HASH, logsBloom: BLOOM, from: /^0x[0-9a-f]{40}$/i },
  ...{ type: /^0x[0-4]$/, status: /^0x[01]$/, cumulativeGasUsed: QUANTITY, gasUsed: QUANTITY, effectiveGasPrice: QUANTITY },
};
const LOG = {
  ...{ address: /^0x[0-9a-f]{40}$/i, data: BYTES, blockHash: HASH, blockNumber: QUANTITY },
  ...{ transactionHash: HASH, transactionIndex: QUANTITY, logIndex: QUANTITY },
};

type Fields = Readonly<Record<string, unknown>>;

function requireFields(what: unknown, fields: Readonly<Record<string, RegExp>>): void {
  for (const [name, form] of Object.entries(fields)) assert.match(String((what as Fields)[name]), form, name);
}

describe("A3 A6: what alloy asks to send a transaction, in its own words, and can read of the answers", () => {
  let devnet: FlowDevnet;
  let user: HDNodeWallet;
  let id = 0;
  before(async () => {
    devnet = await startFlowDevnet([271n], { proofs: "none" });
    user = devnet.accounts.wallet(ALICE);
  });
  after(async () => {
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  /** A request in alloy's order of fields; `params` is text, since JavaScript writes no 20.0, and absent if the request has no parameters. */
  async function ask(method: string, params?: string): Promise<unknown> {
    const middle = params === undefined ? "" : `"params":${params},`;
    const response = await fetch(devnet.chains[0]!.url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: `{"method":"${method}",${middle}"id":${id},"jsonrpc":"2.0"}`,
    });
    const answer = (await response.json()) as { readonly id: number; readonly result?: unknown; readonly error?: unknown };
    assert.equal(answer.id, id++);
    assert.ok("result" in answer, `${method}: ${JSON.stringify(answer.error)}`);
    return answer.result;
  }

  /** GasFiller's estimate_eip1559_fees, with eip1559_default_estimator. */
  async function fees(): Promise<{ readonly maxFeePerGas: bigint; readonly maxPriorityFeePerGas: bigint }> {
    const history = (await ask("eth_feeHistory", `["0xa","latest",[20.0]]`)) as {
      readonly baseFeePerGas: readonly Hex[];
      readonly gasUsedRatio: readonly number[];
      readonly oldestBlock: Hex;
      readonly reward: readonly (readonly Hex[])[];
    };
    assert.match(history.oldestBlock, QUANTITY);
    assert.ok(history.gasUsedRatio.every((ratio) => typeof ratio === "number"));
    // The newest block's is the last but one; where it is 0, the block is asked, and a missing one would mean legacy fees.
    let base = BigInt(history.baseFeePerGas.at(-2) ?? 0);
    if (base === 0n) {
      const block = (await ask("eth_getBlockByNumber", `["latest",false]`)) as { readonly baseFeePerGas: Hex };
      assert.match(block.baseFeePerGas, QUANTITY);
      base = BigInt(block.baseFeePerGas);
    }
    const paid = history.reward.map(([first]) => BigInt(first ?? 0)).filter((each) => each > 0n);
    const sorted = paid.sort((a, b) => (a < b ? -1 : 1));
    const middle = sorted.length >> 1;
    const median = sorted.length % 2 === 1 ? sorted[middle]! : ((sorted[middle - 1] ?? 1n) + (sorted[middle] ?? 1n)) / 2n;
    const maxPriorityFeePerGas = median > 1n ? median : 1n;
    return { maxFeePerGas: 2n * base + maxPriorityFeePerGas, maxPriorityFeePerGas };
  }

  /** Sends the requests of the recommended fillers, a signed transaction, and the heartbeat's requests until the receipt. */
  async function send(request: Fields): Promise<Fields> {
    const chainId = BigInt((await ask("eth_chainId")) as Hex);
    const nonce = BigInt((await ask("eth_getTransactionCount", `["${user.address.toLowerCase()}","pending"]`)) as Hex);
    const asked = { from: user.address.toLowerCase(), ...request };
    const gas = (await ask("eth_estimateGas", `[${JSON.stringify(asked)},"pending"]`)) as Hex;
    const price =
      "gasPrice" in request
        ? { type: "accessList" in request ? 1 : 0, gasPrice: request["gasPrice"] }
        : { type: 2, ...(await fees()) };
    const { input, gasPrice: _price, ...rest } = request;
    const signed = await user.signTransaction({
      ...rest,
      ...price,
      ...{ data: input, chainId, nonce: Number(nonce), gasLimit: gas },
    } as TransactionLike);
    const before = BigInt((await ask("eth_blockNumber")) as Hex);
    const hash = (await ask("eth_sendRawTransaction", `["${signed}"]`)) as Hex;
    for (let number = before; ;) {
      const block = (await ask("eth_getBlockByNumber", `["0x${number.toString(16)}",false]`)) as
        | (Fields & { readonly transactions: readonly Hex[] })
        | null;
      if (block === null) continue;
      requireFields(block, HEADER);
      if (block.transactions.includes(hash)) break;
      number++;
    }
    const receipt = (await ask("eth_getTransactionReceipt", `["${hash}"]`)) as Fields;
    requireFields(receipt, RECEIPT);
    assert.deepEqual([receipt["status"], receipt["type"]], ["0x1", `0x${price.type}`]);
    return receipt;
  }

  test("transfers, of type 2 with its fees, and legacy with the gas price that it asks for", async () => {
    assert.match((await send({ to: TO, value: "0x3" }))["effectiveGasPrice"] as string, QUANTITY);
    await send({ to: TO, value: "0x3", gasPrice: (await ask("eth_gasPrice")) as Hex });
    assert.equal(await ask("eth_getBalance", `["${TO}","latest"]`), "0x6");
  });

  test("a contract is deployed and called, with the access list that it asks for, and its log can be read", async () => {
    const { contractAddress } = await send({ input: LOGGING, value: "0x0" });
    const to = contractAddress as Hex;
    const from = user.address.toLowerCase();
    const listed = (await ask("eth_createAccessList", `[{"from":"${from}","to":"${to}","input":"0x"},"latest"]`)) as {
      readonly accessList: readonly unknown[];
      readonly gasUsed: Hex;
    };
    assert.match(listed.gasUsed, QUANTITY);
    assert.deepEqual(listed.accessList, [{ address: to, storageKeys: [`0x${"00".repeat(32)}`] }]);
    const gasPrice = (await ask("eth_gasPrice")) as Hex;
    for (const price of [{}, { gasPrice }]) {
      const { logs } = await send({ to, accessList: listed.accessList, ...price });
      requireFields((logs as readonly unknown[])[0], LOG);
      assert.equal((logs as readonly Fields[])[0]?.["data"], `0x${"00".repeat(32)}`);
    }
  });
});

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { chainMethods } from "../../../src/chain/rpc/served/methods.ts";
import type { RpcMethods } from "../../../src/chain/rpc/request/dispatch.ts";
import { wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { testContract, type TestContract } from "../support/artifact.ts";
import { startTestChain, type TestChain } from "../support/chain.ts";
import { COINBASE } from "../support/engine.ts";
import { TestWallet } from "../support/wallet.ts";
import { Random } from "../state/support/random.ts";
import { ask as askChain } from "../support/ask.ts";

const ETHER = 10n ** 18n;
const probeAt = (index: number): Hex => `0x${(0xab00 + index).toString(16).padStart(40, "0")}`;
const PROBES = 24;
const LISTED: Hex = `0x${"e7".repeat(20)}`;
/** BALANCE, EXTCODESIZE, EXTCODEHASH: what they cost depends on whether the account is warm. */
const LOOKS = [0x31, 0x3b, 0x3f];

/** Looks at accounts and slots of every kind, some of them twice; returns the gas that is left and what it sees of the block. */
function probe(random: Random): Hex {
  const code: string[] = [];
  const accounts = [COINBASE, "0x01", "0x09", "0x0100", LISTED, `0x${"f1".repeat(20)}`, probeAt(0), probeAt(1)];
  for (let i = 0; i < 10; i++) {
    const kind = random.below(6);
    const account = random.pick(accounts).slice(2).padStart(40, "0");
    if (kind < 2) code.push(`73${account}${random.pick(LOOKS).toString(16)}50`);
    else if (kind === 2) code.push(`60${random.pick(["01", "02", "03"])}5450`);
    else if (kind === 3) code.push(`60${random.pick(["00", "05"])}60${random.pick(["01", "02", "03"])}55`);
    else if (kind === 4) code.push("333150", "303150", "323150");
    else code.push(`5f5f5f5f5f73${account}612710f150`);
  }
  // GAS, NUMBER, TIMESTAMP, GASPRICE, BASEFEE, PREVRANDAO, GASLIMIT, BLOCKHASH of the parent, CALLER's balance.
  const words = ["5a", "43", "42", "3a", "48", "44", "45", "6001430340", "3331"];
  words.forEach((word, i) => code.push(word, `61${(i * 32).toString(16).padStart(4, "0")}52`));
  return `0x${code.join("")}61${(words.length * 32).toString(16).padStart(4, "0")}5ff3`;
}

describe("calls in the re-execution engine", () => {
  let test: TestChain;
  let methods: RpcMethods;
  let workload: TestContract;
  let contract: Hex;
  const sender = new TestWallet(195);
  const random = new Random(20261121);

  before(async () => {
    test = await startTestChain({
      genesis: [
        { address: sender.address, balanceWei: 1000n * ETHER },
        ...Array.from({ length: PROBES }, (_, i) => ({
          address: probeAt(i),
          code: probe(random),
          nonce: 1n,
          storage: [{ slot: 1n, value: 5n }],
        })),
      ],
    });
    methods = chainMethods(test.chain, { gasPrice: { toldWei: 1n }, development: false });
    workload = await testContract("Workload");
    await test.chain.submit(await sender.signRaw({ data: workload.initCode, gasLimit: 3_000_000n, value: 100n }));
    contract = test.blocks.at(-1)!.receipts[0]!.contractAddress!;
    for (let i = 0; i < 12; i++) {
      const to = i % 2 === 0 ? contract : probeAt(random.below(PROBES));
      const data = i % 2 === 0 ? (workload.abi.encodeFunctionData("work", [random.below(1000), 4]) as Hex) : "0x";
      await test.chain.submit(await sender.signRaw({ to, data, gasLimit: 8_000_000n, value: i % 2 === 0 ? 3n : 0n }));
    }
  });
  after(() => test.chain.close());

  const blocks = (): Hex[] =>
    Array.from({ length: Number(test.chain.sequencer.head.number) + 1 }, (_, i): Hex => `0x${i.toString(16)}`);
  const settled = async (answer: Promise<unknown>): Promise<unknown> =>
    answer.catch((error: { readonly data?: unknown }) => `failed: ${JSON.stringify(error.data)}`);
  const ask = (method: string, ...params: unknown[]) => methods.get(method)!(params, undefined);
  const engine = (method: string, ...params: unknown[]) => askChain(test.chain, method, params);

  it("see the same gas, warm accounts included, and the same block, at every block", async () => {
    for (const [i, block] of blocks().entries()) {
      for (let probeIndex = i % 3; probeIndex < PROBES; probeIndex += 3) {
        const call = {
          from: [sender.address, probeAt(2), LISTED][random.below(3)],
          to: probeAt(probeIndex),
          data: random.pick(["0x", "0x0011", `0x${"ff".repeat(100)}`]),
          gas: random.pick(["0xffffff", "0x100000"]),
          ...random.pick([
            {},
            {
              accessList: [
                { address: LISTED, storageKeys: [] },
                { address: probeAt(probeIndex), storageKeys: [wordToHex(1n), wordToHex(2n)] },
              ],
            },
          ]),
          ...random.pick([{}, { value: "0x7" }]),
        };
        assert.equal(
          await ask("eth_call", call, block),
          await engine("eth_call", call, block),
          `${block} ${JSON.stringify(call)}`,
        );
      }
    }
  });

  it("do the same in contracts that do a bit of everything, and are estimated alike", async () => {
    for (const block of blocks().slice(-4)) {
      for (let i = 0; i < 6; i++) {
        const call = {
          from: sender.address,
          to: contract,
          data: workload.abi.encodeFunctionData("work", [random.below(10_000), 3]),
          gas: "0x7a1200",
        };
        assert.equal(await settled(ask("eth_call", call, block)), await settled(engine("eth_call", call, block)));
        // Hardhat's network refuses to estimate where a call inside runs out of gas.
        const expected = (await engine("eth_estimateGas", call, block).catch(() => undefined)) as Hex | undefined;
        if (expected === undefined) continue;
        const isNewest = block === blocks().at(-1);
        if (!isNewest)
          assert.equal(BigInt((await ask("eth_estimateGas", call, block)) as Hex), BigInt(expected), `${block} ${call.data}`);
      }
    }
    // Where the gas that is used is enough, Hardhat's network adds one.
    const plain = [
      { from: sender.address, to: `0x${"f1".repeat(20)}`, value: "0x1" },
      { from: sender.address, data: workload.initCode },
    ];
    for (const call of plain) {
      const [ours, theirs] = [await ask("eth_estimateGas", call, "0x2"), await engine("eth_estimateGas", call, "0x2")].map(
        (gas) => BigInt(gas as Hex),
      );
      assert.ok(ours === theirs || ours! + 1n === theirs, `${ours} ${theirs}`);
    }
  });
});

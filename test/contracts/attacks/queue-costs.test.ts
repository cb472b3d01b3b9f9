import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { BaseContract } from "ethers";
import type { DiffEntry } from "../../../src/ground/protocol/diff-list.ts";
import { LeafKind } from "../../../src/ground/protocol/domain-tags.ts";
import { keccak, type Hex } from "../../../src/ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../../src/ground/protocol/predeploys.ts";
import { TestChain, type BatchContent } from "../l1/support/chain.ts";
import {
  addressOf,
  defaultConfiguration,
  deployEcosystem,
  send,
  view,
  type ChainConfiguration,
  type Ecosystem,
} from "../l1/support/ecosystem.ts";
import { assertReverts } from "../l1/support/errors.ts";

const YEAR_SECONDS = 365n * 86_400n;
/** Digits behind a deadline's point. */
const FRACTION = 32n;
/** Requests in one transaction: all costs that they share are shared by many. */
const IN_A_TRANSACTION = 50;
const INTRINSIC_GAS = 21_000n;
/** All of Ethereum's gas, at 45 million a block, for more than an hour. */
const LEAST_YEAR_GAS = 15_000_000_000n;

/**
 * Data that an operation can have published in a batch, with the minimum gas that each costs by the yellow paper and its
 * successors.
 */
interface Purchase {
  readonly what: string;
  /** Without anything around it: no instruction that puts it on the stack. */
  readonly gas: bigint;
  content(count: number): BatchContent;
}

const insertion = (leafKind: LeafKind, address: bigint, slot: bigint, value: bigint): DiffEntry => ({
  type: "insertion",
  leafKind,
  address,
  slot,
  value,
});
const word = (i: number): bigint => (1n << 255n) + BigInt(i);
const PURCHASES: readonly Purchase[] = [
  {
    what: "contracts of a code that was never published",
    // CREATE, and two bytes of code.
    gas: 32_000n + 2n * 200n,
    content: (count) => {
      const bytecodes = Array.from({ length: count }, (_, i) => Uint8Array.of(i >> 8, i & 0xff));
      return {
        bytecodes,
        changes: bytecodes.flatMap((code, i) => [
          insertion(LeafKind.account, 0x5000n + BigInt(i), 0n, 1n),
          insertion(LeafKind.codeHash, 0x5000n + BigInt(i), 0n, BigInt(keccak(code))),
          insertion(LeafKind.codeDigest, 0x5000n + BigInt(i), 0n, BigInt(keccak(code)) >> 1n),
        ]),
      };
    },
  },
  {
    what: "slots that get another value",
    gas: 5_000n,
    content: (count) => ({
      changes: Array.from({ length: count }, (_, i): DiffEntry => ({
        type: "update",
        index: 2 + i,
        isCode: false,
        value: word(i),
      })),
    }),
  },
  {
    what: "slots that get their first value",
    gas: 22_100n,
    content: (count) => ({
      changes: Array.from({ length: count }, (_, i) => insertion(LeafKind.storage, 0x6000n, word(i), word(i))),
    }),
  },
  {
    what: "bytes of a message",
    gas: 100n,
    content: (count) => ({ logs: [{ type: "message", sender: addressOf(9), body: new Uint8Array(count).fill(0x5a) }] }),
  },
];

describe("A15: an operation costs its sender about what it costs the chain", () => {
  let ecosystem: Ecosystem;
  let flooding: BaseContract;
  let nextChainId = 270n;
  before(async () => {
    ecosystem = await deployEcosystem();
    flooding = await ecosystem.l1.deploy("Flooding");
  });
  after(() => ecosystem.l1.close());

  const create = async (overrides: Partial<ChainConfiguration> = {}): Promise<TestChain> =>
    TestChain.create(ecosystem, { ...(await defaultConfiguration(ecosystem, nextChainId++)), ...overrides });
  const queueConstant = (chain: TestChain, name: string) => view<bigint>(chain.contract, name);
  const rateBound = (name: "MIN" | "MAX") => view<bigint>(ecosystem.factory, `${name}_PRIORITY_GAS_PER_SECOND`);
  const requestOf = (chain: TestChain, l2GasLimit: bigint, l2Calldata: Hex = "0x") => ({
    chainId: chain.configuration.chainId,
    mintValue: 0n,
    l2Contract: addressOf(0),
    l2Value: 0n,
    l2Calldata,
    l2GasLimit,
    l2GasPerPubdataByteLimit: 800n,
    factoryDeps: [],
    refundRecipient: addressOf(7),
  });
  /** L1 gas of one request among many in a transaction, which mints so much. */
  const requestGas = async (chain: TestChain, l2GasLimit: bigint, mintValue = 0n): Promise<bigint> => {
    const request = { ...requestOf(chain, l2GasLimit), mintValue };
    const data = ecosystem.factory.interface.encodeFunctionData("requestL2TransactionDirect", [request]);
    const value = mintValue * BigInt(IN_A_TRANSACTION);
    const { gasUsed } = await send(flooding, "flood", await ecosystem.factory.getAddress(), data, IN_A_TRANSACTION, { value });
    return gasUsed / BigInt(IN_A_TRANSACTION);
  };
  /** L1 gas to commit and execute a batch. */
  const settlementGas = async (chain: TestChain, content: BatchContent): Promise<bigint> => {
    const formed = await chain.form(content);
    const { stored, receipt } = await chain.commit(formed);
    await chain.prove(stored);
    return receipt.gasUsed + (await chain.execute(stored, formed)).gasUsed;
  };

  for (const { what, gas, content } of PURCHASES) {
    test(`a free operation buys ${what} for at most the L1 gas of its request`, async () => {
      const chain = await create();
      await settlementGas(chain, {});
      const empty = await settlementGas(chain, {});
      const count = Number(((await queueConstant(chain, "MAX_FREE_GAS")) - INTRINSIC_GAS) / gas);
      const most = content(count);
      const hash = await chain.request({ mintValue: 0n }, 0n);
      const settled = await settlementGas(chain, {
        ...most,
        canonicalTxHashes: [hash],
        logs: [...(most.logs ?? []), { type: "priorityOp", success: true }],
      });
      const request = await requestGas(chain, await queueConstant(chain, "MAX_FREE_GAS"));
      assert.ok(settled - empty <= request, `${count} ${what}: ${settled - empty} gas, the request ${request}`);
    });
  }

  test("a free operation has little gas, as much as a withdrawal or a delivery takes where it is one, or a refund", async () => {
    const chain = await create();
    const free = await queueConstant(chain, "MAX_FREE_GAS");
    const withdrawal = await queueConstant(chain, "MAX_FREE_WITHDRAWAL_GAS");
    const delivery = await queueConstant(chain, "MAX_FREE_DELIVERY_GAS");
    const overhead = await queueConstant(chain, "OVERHEAD_GAS");
    const costOf = (gas: bigint): bigint => chain.configuration.l2GasPrice * (gas + overhead);
    await chain.request({ l2GasLimit: free }, 0n);
    await assertReverts(chain.request({ l2GasLimit: free + 1n }, 0n), `MintValueTooLow(${costOf(free + 1n)}, 0)`);
    for (const signature of ["withdraw(address,address,uint256)", "withdraw(bytes32,bytes)"]) {
      const router = { l2Contract: PREDEPLOYS.L2AssetRouter, l2Calldata: ecosystem.l1.ethers.id(signature).slice(0, 10) as Hex };
      await chain.request({ ...router, l2GasLimit: withdrawal }, 0n);
      await assertReverts(
        chain.request({ ...router, l2GasLimit: withdrawal + 1n }, 0n),
        `MintValueTooLow(${costOf(withdrawal + 1n)}, 0)`,
      );
    }
    // Other calls run the code of a token of the chain, and what it makes is published.
    for (const l2Calldata of [
      ecosystem.l1.ethers.id("send(bytes,address,uint256)").slice(0, 10) as Hex,
      "0x",
      "0x123456",
    ] as const) {
      const router = { l2Contract: PREDEPLOYS.L2AssetRouter, l2Calldata };
      await chain.request({ ...router, l2GasLimit: free }, 0n);
      await assertReverts(chain.request({ ...router, l2GasLimit: free + 1n }, 0n), `MintValueTooLow(${costOf(free + 1n)}, 0)`);
    }
    const deliver = ecosystem.l1.ethers
      .id("deliver((uint256,uint256,uint256,(uint16,address,bytes),bytes32[]))")
      .slice(0, 10) as Hex;
    const toRouter = { l2Contract: PREDEPLOYS.L2AssetRouter, l2GasLimit: delivery };
    await chain.request({ ...toRouter, l2Calldata: `${deliver}${"00".repeat(64)}` }, 0n);
    await assertReverts(chain.request({ ...toRouter, l2GasLimit: delivery + 1n, l2Calldata: deliver }, 0n), "MintValueTooLow");
    const refund = ecosystem.l1.ethers
      .id("refundTransfer((uint256,uint256,uint256,(uint16,address,bytes),bytes32[]),uint256[],address)")
      .slice(0, 10) as Hex;
    await chain.request({ ...toRouter, l2Calldata: refund }, 0n);
    await assertReverts(chain.request({ ...toRouter, l2GasLimit: delivery + 1n, l2Calldata: refund }, 0n), "MintValueTooLow");
    await assertReverts(chain.request({ ...toRouter, l2Calldata: "0x12345678" }, 0n), "MintValueTooLow");
    await assertReverts(chain.request({ ...toRouter, l2Calldata: deliver.slice(0, 8) }, 0n), "MintValueTooLow");
    await assertReverts(
      chain.request({ ...toRouter, l2Contract: PREDEPLOYS.L2BaseToken, l2Calldata: deliver }, 0n),
      "MintValueTooLow",
    );
  });

  test("every operation puts the deadlines behind it off by its gas and an overhead, at the chain's rate", async () => {
    const chain = await create({ priorityGasPerSecond: await rateBound("MAX") });
    const overhead = await queueConstant(chain, "OVERHEAD_GAS");
    const deadlineOf = async (index: number): Promise<bigint> =>
      (await view<{ deadline: bigint }>(chain.contract, "priorityOperation", index)).deadline;
    const limits = [21_000n, await queueConstant(chain, "MAX_GAS"), 21_000n, await queueConstant(chain, "MAX_GAS")];
    for (const l2GasLimit of limits) await chain.request({ l2GasLimit });
    for (let i = 2; i < limits.length; i++) {
      const step = (await deadlineOf(i)) - (await deadlineOf(i - 1));
      assert.equal(step, ((limits[i]! + overhead) << FRACTION) / (await rateBound("MAX")));
    }
  });

  test("to fill a chain's queue for a year takes 15 billion gas of L1 at the lowest rate that a chain may have, and twice as much at the highest", async () => {
    const [lowest, highest] = [await rateBound("MIN"), await rateBound("MAX")];
    const chain = await create({ priorityGasPerSecond: lowest, l2GasPrice: 1n });
    const overhead = await queueConstant(chain, "OVERHEAD_GAS");
    const [free, most] = [await queueConstant(chain, "MAX_FREE_GAS"), await queueConstant(chain, "MAX_GAS")];
    for (const [l2GasLimit, mintValue] of [
      [21_000n, 0n],
      [free, 0n],
      [most, most + overhead],
    ] as const) {
      const each = await requestGas(chain, l2GasLimit, mintValue);
      const yearAt = (rate: bigint): bigint => ((YEAR_SECONDS * rate) / (l2GasLimit + overhead)) * each;
      assert.ok(yearAt(lowest) > LEAST_YEAR_GAS, `operations of ${l2GasLimit} gas, ${each} on L1: ${yearAt(lowest)}`);
      assert.ok(yearAt(highest) > 2n * LEAST_YEAR_GAS);
    }
  });
});

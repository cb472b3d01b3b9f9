import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Interface } from "ethers";
import { wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../../src/ground/protocol/predeploys.ts";
import { TestChain } from "../l1/support/chain.ts";
import {
  as,
  defaultConfiguration,
  deployEcosystem,
  hexAddress,
  send,
  view,
  type ChainConfiguration,
  type Ecosystem,
} from "../l1/support/ecosystem.ts";
import { assertReverts } from "../l1/support/errors.ts";

const imports = new Interface(["function importRootFromL1(uint256 registryIndex, bytes32 root)"]);
const OFFSET = 0x1111000000000000000000000000000000001111n;

interface Operation {
  readonly from: bigint;
  readonly to: bigint;
  readonly data: Hex;
  readonly gasLimit: bigint;
  readonly reserved: readonly bigint[];
  readonly value: bigint;
}

/** A chain that runs, and never imports what others send to it: its queue makes it. */
describe("A15: a chain that imports no root is sent one through its queue", () => {
  let ecosystem: Ecosystem;
  let nextChainId = 270n;
  before(async () => {
    ecosystem = await deployEcosystem();
  });
  after(() => ecosystem.l1.close());

  const create = async (overrides: Partial<ChainConfiguration> = {}): Promise<TestChain> =>
    TestChain.create(ecosystem, { ...(await defaultConfiguration(ecosystem, nextChainId++)), ...overrides });
  /** Sends a root from an account without a relation to the chain, free of charge. */
  const sendRoot = (chain: TestChain, rootIndex: bigint) =>
    send(as(ecosystem.bridge, ecosystem.accounts[9]!), "sendRoot", chain.configuration.chainId, rootIndex);
  const lastOperation = async ({ contract }: TestChain): Promise<Operation> => {
    const events = await contract.queryFilter(contract.filters["NewPriorityRequest"]!());
    return contract.interface.parseLog(events.at(-1)!)!.args["transaction"] as Operation;
  };

  test("by anyone, with the registry's own word, from the bridge's alias alone", async () => {
    const source = await create();
    await source.settle();
    const chain = await create();
    const latest = await view<bigint>(ecosystem.roots, "latestRootIndex");
    await sendRoot(chain, latest);
    const { from, to, data, value, reserved } = await lastOperation(chain);
    assert.deepEqual([from, to], [BigInt(await hexAddress(ecosystem.bridge)) + OFFSET, BigInt(PREDEPLOYS.ImportedRoots)]);
    assert.deepEqual([value, reserved[0]], [0n, 0n]);
    const root = await view<Hex>(ecosystem.roots, "rootAt", latest);
    assert.equal(data, imports.encodeFunctionData("importRootFromL1", [latest, root]));
    await assertReverts(sendRoot(chain, latest + 1n), `RootIndexUnknown(${latest}, ${latest + 1n})`);
    await assertReverts(send(ecosystem.bridge, "sendRoot", 9_999n, latest), "UnknownChain(9999)");
  });

  test("whatever its filterer says, which no other call to the same contract can use", async () => {
    const filterer = await ecosystem.l1.deploy("FiltererDouble", ecosystem.accounts[5]!.address);
    const chain = await create({ transactionFilterer: await hexAddress(filterer) });
    await sendRoot(chain, 0n);
    assert.equal((await lastOperation(chain)).to, BigInt(PREDEPLOYS.ImportedRoots));
    const forged = {
      l2Contract: PREDEPLOYS.ImportedRoots,
      l2Calldata: imports.encodeFunctionData("importRootFromL1", [0n, wordToHex(1n)]),
      mintValue: 0n,
    };
    await assertReverts(chain.request(forged, 0n), "TransactionNotAllowed");
  });

  test("and if it does not take the operation, its exit opens", async () => {
    const chain = await create();
    await sendRoot(chain, 0n);
    const opensAt = await view<bigint>(chain.contract, "exitOpensAt");
    await ecosystem.increaseTime(opensAt - (await ecosystem.latestTimestamp()) + 1n);
    await assertReverts(
      chain.form().then((formed) => chain.commit(formed)),
      "PriorityOpOverdue",
    );
    await send(as(chain.contract, ecosystem.accounts[9]!), "activateExit");
    assert.equal(await view(chain.contract, "exited"), true);
    await assertReverts(sendRoot(chain, 0n), "ChainExited()");
  });
});

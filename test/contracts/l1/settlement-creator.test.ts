import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { concat, zeroPadValue, ZeroHash, type BaseContract, type Provider } from "ethers";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { readSettlement } from "../../../src/ecosystem/devnet/reconstruction/nested-exit.ts";
import { PREDEPLOYS } from "../../../src/ground/protocol/predeploys.ts";
import { startLocalL1, type LocalL1 } from "../../support/l1.ts";
import {
  codesOf,
  DEPLOYER,
  expectedSettlement,
  PLACED,
  putDeployer,
  type ExpectedSettlement,
  type Terms,
} from "./support/creator.ts";
import { as, send, view } from "./support/ecosystem.ts";
import { assertReverts } from "./support/errors.ts";

const ALPHA = 271;

const OTHER_TERMS = [
  ...(["number", "retirementNotice", "freezeTime", "freezeCycle"] as const),
  ...(["reactionTime", "revealDelay", "recoveryTime"] as const),
] as const;

describe("a settlement's contracts are where codes and terms say", () => {
  let l1: LocalL1;
  let accounts: HardhatEthersSigner[];
  let codes: readonly string[];
  let number = 0n;
  let terms: Terms;
  let expected: ExpectedSettlement;
  let creator: BaseContract;
  const contractAt = (name: string, address: string) =>
    l1.ethers.getContractAt(name, address) as unknown as Promise<BaseContract>;
  const deploy = async ({ initCode, creator: address }: ExpectedSettlement): Promise<BaseContract> => {
    await accounts[0]!.sendTransaction({ to: DEPLOYER, data: concat([ZeroHash, initCode]) });
    return contractAt("SettlementCreator", address);
  };
  const place = (i: number, by = 0, code = codes[i]!, hashes = expected.hashes) =>
    send(as(creator, accounts[by]!), "create", i, hashes, code);

  before(async () => {
    l1 = await startLocalL1({ chainId: ALPHA });
    await putDeployer(l1);
    // What tells a hyperchain from an L1.
    await l1.ethers.provider.send("hardhat_setCode", [PREDEPLOYS.SystemContext, "0x00"]);
    accounts = await l1.ethers.getSigners();
    codes = await codesOf();
  });
  after(() => l1.close());
  beforeEach(async () => {
    terms = {
      ...{ governance: accounts[7]!.address, council: accounts[6]!.address, number: number++, retirementNotice: 1_550n },
      ...{ freezeTime: 20n, freezeCycle: 2_000n, reactionTime: 50n, revealDelay: 12n, recoveryTime: 34n },
    };
    expected = await expectedSettlement(terms);
    creator = await deploy(expected);
  });

  test("whichever account creates them, and they know each other and the terms", async () => {
    for (const [i] of PLACED.entries()) await place(i, i % 3);
    assert.equal(await view(creator, "createdCount"), BigInt(PLACED.length));
    const at = async (name: (typeof PLACED)[number]) => contractAt(name, expected.addressOf(name));
    const address = async (name: (typeof PLACED)[number], getter: string, ...args: unknown[]) =>
      (await view<string>(await at(name), getter, ...args)).toLowerCase();
    const factory = expected.addressOf("ChainFactory");
    assert.equal(await address("ChainFactory", "implementation"), expected.addressOf("ChainContract"));
    assert.equal(await address("ChainFactory", "sharedBridge"), expected.addressOf("SharedBridge"));
    assert.equal(await address("ChainFactory", "messageRoot"), expected.addressOf("TransactionRootRegistry"));
    for (const name of ["SharedBridge", "StateExit", "ChainSettings", "ChainContract"] as const)
      assert.equal(await address(name, "factory"), factory);
    for (const name of ["TransactionRootRegistry", "BytecodeRegistry"] as const)
      assert.equal(await address(name, "directory"), factory);
    assert.equal(await address("SharedBridge", "stateExit"), expected.addressOf("StateExit"));
    const knows = { bytecodes: "BytecodeRegistry", verifiers: "VerifierRegistry" } as const;
    for (const [getter, name] of Object.entries({ ...knows, settings: "ChainSettings", bridge: "SharedBridge" } as const))
      assert.equal(await address("ChainContract", getter), expected.addressOf(name));
    assert.equal(await address("VerifierRegistry", "governance"), terms.governance.toLowerCase());
    assert.equal(await address("VerifierRegistry", "council"), terms.council.toLowerCase());
    const number = async (name: (typeof PLACED)[number], getter: string) => view<bigint>(await at(name), getter);
    assert.deepEqual(
      [
        await number("VerifierRegistry", "retirementNotice"),
        await number("VerifierRegistry", "freezeTime"),
        await number("VerifierRegistry", "freezeCycle"),
        await number("ChainSettings", "reactionTime"),
        await number("ChainFactory", "revealDelay"),
        await number("ChainFactory", "recoveryTime"),
      ],
      [1_550n, 20n, 2_000n, 50n, 12n, 34n],
    );
  });

  test("it tells its factory and its terms", async () => {
    const block = await l1.ethers.provider.getBlock("latest");
    const receipt = await l1.ethers.provider.getTransactionReceipt(block!.transactions[0]!);
    const event = creator.interface.parseLog(receipt!.logs[0]!);
    assert.equal(event?.name, "SettlementPlanned");
    assert.equal(String(event.args["factory"]).toLowerCase(), expected.addressOf("ChainFactory"));
    assert.deepEqual([...(event.args["terms"] as readonly unknown[])], Object.values(terms));
    assert.deepEqual([...(await view<readonly unknown[]>(creator, "terms"))], Object.values(terms));
  });

  test("readers find the terms among strangers' events, be these without data or more than a node answers at once", async () => {
    const factory = expected.addressOf("ChainFactory");
    const { topicHash } = creator.interface.getEvent("SettlementPlanned")!;
    // LOG2 without data, in a creation.
    const shout = concat(["0x7f", zeroPadValue(factory, 32), "0x7f", topicHash, "0x5f5fa2"]);
    const unplanned = (await expectedSettlement({ ...terms, number: 10n ** 9n })).addressOf("ChainFactory");
    for (let i = 0; i < 2; i++) await accounts[6]!.sendTransaction({ data: shout });
    const { provider } = l1.ethers;
    const found = await readSettlement(provider, factory);
    assert.deepEqual(found?.contracts, {
      bridge: expected.addressOf("SharedBridge"),
      stateExit: expected.addressOf("StateExit"),
    });
    assert.deepEqual(found.terms, terms);
    const narrow: Pick<Provider, "getBlockNumber" | "getLogs"> = {
      getBlockNumber: () => provider.getBlockNumber(),
      async getLogs(filter) {
        const { fromBlock, toBlock } = filter as { readonly fromBlock: number; readonly toBlock: number };
        if (toBlock > fromBlock) throw new Error("query returns too many logs");
        return provider.getLogs(filter);
      },
    };
    assert.deepEqual(await readSettlement(narrow, factory), found);
    assert.equal(await readSettlement(provider, unplanned), undefined);
  });

  test("none can block another: an existing contract is not created twice, and no other contract can be created", async () => {
    await place(0, 5);
    await place(0, 6);
    assert.equal(await view(creator, "createdCount"), 1n);
    await assertReverts(place(2), "PlaceTooEarly(1, 2)");
    await assertReverts(place(9, 0, "0x00"), "PlaceOutOfRange(9, 9)");
    await assertReverts(place(1, 0, codes[2]), "OtherCode");
    await assertReverts(place(1, 0, `${codes[1]!}00`), "OtherCode");
    const own = [...expected.hashes];
    own[1] = expected.hashes[2]!;
    await assertReverts(place(1, 0, codes[2], own), "OtherCodes");
    await assertReverts(place(1, 0, codes[1], [...expected.hashes, ZeroHash]), "OtherCodes");
    await place(1);
    assert.notEqual(await l1.ethers.provider.getCode(expected.addressOf("TransactionRootRegistry")), "0x");
  });

  test("a creation that has too little gas changes nothing", async () => {
    await assertReverts(send(creator, "create", 0, expected.hashes, codes[0], { gasLimit: 700_000n }), "CreationFailed(0)");
    assert.equal(await view(creator, "createdCount"), 0n);
    await place(0);
    assert.notEqual(await l1.ethers.provider.getCode(expected.addressOf("VerifierRegistry")), "0x");
  });

  test("any other term is another settlement", async () => {
    const others: readonly Partial<Terms>[] = [
      { governance: accounts[8]!.address },
      { council: accounts[8]!.address },
      ...OTHER_TERMS.map((name) => ({ [name]: terms[name] + 10n })),
    ];
    const creators = await Promise.all(others.map(async (other) => (await expectedSettlement({ ...terms, ...other })).creator));
    assert.equal(new Set([...creators, expected.creator]).size, 10);
    for (const [i, other] of others.entries()) {
      const there = await deploy(await expectedSettlement({ ...terms, ...other }));
      assert.equal((await there.getAddress()).toLowerCase(), creators[i]!.toLowerCase());
    }
  });
});

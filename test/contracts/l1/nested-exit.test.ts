import assert from "node:assert/strict";
import { PREDEPLOYS_DIGEST } from "../../../src/ground/protocol/generated/version-predeploys.ts";
import { after, before, describe, test } from "node:test";
import { concat, ZeroHash, type BaseContract, type Signer } from "ethers";
import { aliasOf } from "../../../src/ground/protocol/address-alias.ts";
import { wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../../src/ground/protocol/predeploys.ts";
import { startLocalL1 } from "../../support/l1.ts";
import { accountsOf, ZERO_ADDRESS } from "./support/assets.ts";
import { DEPLOYER, expectedSettlement, PLACED, putDeployer } from "./support/creator.ts";
import {
  addressOf,
  as,
  createChain,
  defaultConfiguration,
  ETH,
  eventsOf,
  hexAddress,
  furtherVersion,
  GENESIS_LEAVES,
  GENESIS_ROOT,
  NO_EXECUTION_PROOFS,
  RETIREMENT_NOTICE_SECONDS,
  send,
  view,
  PROTOCOL_VERSION,
  type Ecosystem,
} from "./support/ecosystem.ts";
import { assertReverts, errorOf } from "./support/errors.ts";
import { deployExitScene } from "./support/exits.ts";
import {
  balanceWord,
  Base,
  chainOnBase,
  claimedWord,
  claimNested,
  defaultTerms,
  hyperchainOf,
  localToken,
  nestedExitOf,
  rootWord,
  type ChainOnBase,
  type Holding,
} from "./support/nested.ts";
import { scheduleTerms } from "./support/terms.ts";

/** An upgrade may be scheduled for a day that is 90 days ahead at most. */
const AHEAD_SECONDS = 89n * 86_400n;

/** On the base with id `base`, the n-th. */
const idOn = (base: bigint, n = 1n): bigint => base + (n << 32n);

describe("D3: the exit of chains whose base has stopped", () => {
  let ecosystem: Ecosystem;
  let exit: BaseContract;
  let token: BaseContract;
  let tokenAddress: Hex;
  let local: Hex;
  let holder: Signer;
  let holderAddress: Hex;
  let nextId = 270n;
  before(async () => {
    ({ ecosystem, token, tokenAddress, holder, holderAddress } = await deployExitScene());
    exit = await nestedExitOf(ecosystem);
    local = localToken(ecosystem, tokenAddress);
  });
  after(() => ecosystem.l1.close());

  const ether = (account: Hex, amount: bigint): Holding => ({ account, token: ZERO_ADDRESS, amount });
  const claim = (x: ChainOnBase, signer: Signer, of: string, amount: bigint, recipient: string, proof: unknown) =>
    claimNested(exit, signer, x, { token: of, amount, recipient, proof });
  const etherOf = (account: string) => ecosystem.l1.ethers.provider.getBalance(account);

  /** A proof about another leaf or tree: its gap may hold the key by chance, and then its root is another. */
  const assertOther = async (promise: Promise<unknown>): Promise<void> =>
    assert.match(await errorOf(promise), /^(StateRootMismatch|KeyNotBetween)\(/);

  /** A stopped base with one chain, for which the bridge there held so much ETH. */
  async function stopped(
    holdings: readonly Holding[],
    held = 10_000n,
    more: (x: ChainOnBase) => readonly ReturnType<typeof rootWord>[] = () => [],
  ) {
    const base = await Base.create(ecosystem, nextId++);
    const x = await chainOnBase(ecosystem, idOn(base.chain.configuration.chainId), holdings);
    await base.settle([rootWord(x), ...(held === 0n ? [] : [balanceWord(x, ZERO_ADDRESS, held)]), ...more(x)], [tokenAddress]);
    await base.stop();
    return { base, x };
  }

  test("pays an account's ether and tokens from the base's balance, once", async () => {
    const holdings = [ether(holderAddress, 600n), { account: holderAddress, token: local, amount: 250n }];
    const { base, x } = await stopped(holdings, 600n, (of) => [balanceWord(of, local, 400n)]);
    const baseId = base.chain.configuration.chainId;
    const before = await accountsOf(ecosystem, baseId, ETH);
    const proof = base.prove(x, holderAddress, ETH as Hex);
    const receipt = await claim(x, holder, ETH, 600n, addressOf(0xf1), proof);
    // Addresses, and with them zeros in the proof, follow from the codes: the figure is not the same after each change of one.
    assert.ok(receipt.gasUsed > 2_900_000n && receipt.gasUsed < 3_050_000n, String(receipt.gasUsed));
    assert.equal(await etherOf(addressOf(0xf1)), 600n);
    assert.deepEqual(await accountsOf(ecosystem, baseId, ETH), [before[0] - 600n, before[1], before[2]]);
    const [event] = eventsOf(exit, receipt, "NestedHoldingClaimed");
    assert.deepEqual(
      [...event!.args].map((arg: unknown) => (typeof arg === "string" ? arg.toLowerCase() : arg)),
      [x.hyperchain, x.configuration.chainId, holderAddress, ZERO_ADDRESS, addressOf(0xf1), 600n],
    );
    assert.equal(await view(exit, "claimed", baseId, x.hyperchain, holderAddress, ZERO_ADDRESS), 600n);
    await claim(x, holder, tokenAddress, 250n, addressOf(0xf2), base.prove(x, holderAddress, tokenAddress));
    assert.equal(await view(token, "balanceOf", addressOf(0xf2)), 250n);
    assert.equal(await view(exit, "paid", baseId, x.hyperchain, tokenAddress), 250n);
    for (const name of [ETH, ZERO_ADDRESS])
      await assertReverts(claim(x, holder, name, 1n, addressOf(0xf1), proof), "ClaimTooLarge(600, 600, 1)");
  });

  test("pays in parts, and never more than the bridge's balance on the base for the chain, to any recipient", async () => {
    const other = ecosystem.accounts[4]!;
    const otherAddress = other.address.toLowerCase() as Hex;
    const { base, x } = await stopped([ether(holderAddress, 80n), ether(otherAddress, 80n)], 100n);
    const mine = base.prove(x, holderAddress, ZERO_ADDRESS);
    await claim(x, holder, ETH, 30n, addressOf(0xf3), mine);
    await assertReverts(claim(x, holder, ETH, 51n, addressOf(0xf3), mine), "ClaimTooLarge(80, 30, 51)");
    await assertReverts(claim(x, holder, ETH, (1n << 256n) - 1n, addressOf(0xf3), mine), "ClaimTooLarge");
    await claim(x, holder, ETH, 50n, addressOf(0xf3), mine);
    const theirs = base.prove(x, otherAddress, ZERO_ADDRESS);
    await assertReverts(claim(x, other, ETH, 21n, addressOf(0xf3), theirs), "BridgeHeldLess(100, 80, 21)");
    await claim(x, other, ETH, 20n, addressOf(0xf3), theirs);
    assert.equal(await etherOf(addressOf(0xf3)), 100n);
  });

  test("a base that has left governance: accounts of chains on it are paid as of any other", async () => {
    const base = await Base.create(ecosystem, nextId++);
    const { configuration } = base.chain;
    await scheduleTerms(ecosystem, base.chain, { isGoverned: false, takesReplacements: false });
    await ecosystem.increaseTime(await view<bigint>(ecosystem.settings, "upgradeNotice", configuration.chainId));
    const x = await chainOnBase(ecosystem, idOn(configuration.chainId), [ether(holderAddress, 70n)]);
    // Executed behind its departure.
    await base.settle([rootWord(x), balanceWord(x, ZERO_ADDRESS, 70n)]);
    await base.stop();
    await claim(x, holder, ETH, 70n, addressOf(0xf5), base.prove(x, holderAddress, ZERO_ADDRESS));
    assert.equal(await etherOf(addressOf(0xf5)), 70n);
  });

  describe("a version with another state tree, which tools schedule neither for a base nor for a chain on one", () => {
    const [own, other] = [furtherVersion(1), furtherVersion(2)];
    before(async () => {
      const { verifiers, verifier, stateTree: tree, reader } = ecosystem;
      const genesis = { genesisStateRoot: GENESIS_ROOT, genesisLeafCount: GENESIS_LEAVES, ...NO_EXECUTION_PROOFS };
      await send(verifiers, "addVersion", own, { verifier, tree, reader, ...genesis });
      // Another tree in that it answers no question about a leaf.
      await send(verifiers, "addVersion", other, { verifier, tree: verifier, reader, ...genesis });
    });
    const baseWithChain = async () => {
      const base = await Base.create(ecosystem, nextId++, { protocolVersion: own });
      const x = await chainOnBase(ecosystem, idOn(base.chain.configuration.chainId), [ether(holderAddress, 70n)]);
      const settle = (protocolVersion = own) =>
        base.settle([rootWord(x), balanceWord(x, ZERO_ADDRESS, 70n)], [], { protocolVersion });
      const claimTo = (recipient: string) => claim(x, holder, ETH, 70n, recipient, base.prove(x, holderAddress, ZERO_ADDRESS));
      return { base, chainId: base.chain.configuration.chainId, settle, claimTo };
    };

    test("a base that some admin schedules it for, past the tools, and that is stopped before it counts: accounts are paid", async () => {
      const { base, chainId, settle, claimTo } = await baseWithChain();
      await settle();
      const counts = (await ecosystem.latestTimestamp()) + AHEAD_SECONDS;
      await send(ecosystem.settings, "scheduleUpgrade", chainId, other, counts);
      await base.stop();
      assert.ok((await ecosystem.latestTimestamp()) < counts);
      await claimTo(addressOf(0x1f6));
      assert.equal(await etherOf(addressOf(0x1f6)), 70n);
    });

    test("behind its first executed batch nothing could be shown: which is what the tools keep off", async () => {
      const { base, chainId, settle, claimTo } = await baseWithChain();
      await send(ecosystem.settings, "scheduleUpgrade", chainId, other, 0n);
      await ecosystem.increaseTime(await view<bigint>(ecosystem.settings, "upgradeNotice", chainId));
      await settle(other);
      await base.stop();
      await assert.rejects(claimTo(addressOf(0x1f7)));
    });

    test("no base needs it: if governance ends its version and offers only this one, it leaves, continues, and accounts are paid", async () => {
      const { base, settle, claimTo } = await baseWithChain();
      await send(ecosystem.verifiers, "scheduleRetirement", own);
      await scheduleTerms(ecosystem, base.chain, { isGoverned: false, takesReplacements: false });
      await ecosystem.increaseTime(RETIREMENT_NOTICE_SECONDS);
      await assertReverts(send(ecosystem.verifiers, "requireActive", own), "ProtocolVersionRetired");
      await settle();
      await base.stop();
      await claimTo(addressOf(0x1f8));
      assert.equal(await etherOf(addressOf(0x1f8)), 70n);
    });
  });

  test("only the base's last executed state counts", async () => {
    const base = await Base.create(ecosystem, nextId++);
    const baseId = base.chain.configuration.chainId;
    const rich = await chainOnBase(ecosystem, idOn(baseId), [ether(holderAddress, 90n)]);
    const poor = await chainOnBase(ecosystem, idOn(baseId), [ether(holderAddress, 5n)]);
    await base.settle([rootWord(rich), balanceWord(rich, ZERO_ADDRESS, 90n)]);
    const stale = base.prove(rich, holderAddress, ZERO_ADDRESS);
    await base.settle([rootWord(poor), balanceWord(poor, ZERO_ADDRESS, 90n)]);
    const now = base.prove(poor, holderAddress, ZERO_ADDRESS);
    await base.stop();
    await assertReverts(claim(rich, holder, ETH, 90n, holderAddress, stale), "StateRootMismatch");
    // Today's words of the base with yesterday's state of the chain.
    const mixed = { ...now, stateRoot: stale.stateRoot, holding: stale.holding };
    await assertReverts(claim(poor, holder, ETH, 90n, holderAddress, mixed), "StateRootMismatch");
    const kept = { ...now, holding: stale.holding };
    await assertReverts(claim(poor, holder, ETH, 90n, holderAddress, kept), "StateRootMismatch");
    const lied = { ...now, balance: 1_000n };
    await assertReverts(claim(poor, holder, ETH, 5n, holderAddress, lied), "StateRootMismatch");
    await claim(poor, holder, ETH, 5n, addressOf(0xf4), now);
  });

  test("nothing is paid while the base runs, of a chain that is on no chain, or on a base that is not here", async () => {
    const base = await Base.create(ecosystem, nextId++);
    const baseId = base.chain.configuration.chainId;
    const x = await chainOnBase(ecosystem, idOn(baseId), [ether(holderAddress, 10n)]);
    await base.settle([rootWord(x), balanceWord(x, ZERO_ADDRESS, 10n)]);
    const proof = base.prove(x, holderAddress, ZERO_ADDRESS);
    await assertReverts(claim(x, holder, ETH, 10n, holderAddress, proof), "ChainNotExited()");
    await base.chain.request();
    await ecosystem.increaseTime(2_000n);
    await assertReverts(claim(x, holder, ETH, 10n, holderAddress, proof), "ChainNotExited()");
    await send(base.chain.contract, "activateExit");
    const named = (chainId: bigint): ChainOnBase => ({ ...x, configuration: { ...x.configuration, chainId } });
    await assertReverts(claim(named(baseId), holder, ETH, 10n, holderAddress, proof), "UnknownChain(0)");
    await assertReverts(claim(named(idOn(999n)), holder, ETH, 10n, holderAddress, proof), "UnknownChain(999)");
    // Two layers above: its base is not a chain of L1.
    const l4 = x.configuration.chainId + (1n << 44n);
    await assertReverts(claim(named(l4), holder, ETH, 10n, holderAddress, proof), `UnknownChain(${x.configuration.chainId})`);
    await assertReverts(claim(x, holder, ETH, 0n, holderAddress, proof), "NothingToClaim()");
    await assertReverts(claim(x, holder, ETH, 10n, ZERO_ADDRESS, proof), "ZeroRecipient()");
    await claim(x, holder, ETH, 10n, addressOf(0xf5), proof);
  });

  test("a contract that only looks like the bridge is refused, and so is another settlement's", async () => {
    const base = await Base.create(ecosystem, nextId++);
    const chainId = idOn(base.chain.configuration.chainId);
    const x = await chainOnBase(ecosystem, chainId, [ether(holderAddress, 100n)]);
    const [thief] = [ecosystem.accounts[5]!];
    const thiefAddress = thief.address.toLowerCase() as Hex;
    // A separate settlement with a custom version: a chain with x's id claims anything.
    const own = await chainOnBase(ecosystem, chainId, [ether(thiefAddress, 100n)], { terms: defaultTerms(thief.address) });
    assert.notEqual(own.hyperchain, x.hyperchain);
    await base.settle([
      ...[rootWord(x), balanceWord(x, ZERO_ADDRESS, 100n)],
      ...[rootWord(own), balanceWord(own, ZERO_ADDRESS, 3n)],
    ]);
    await base.stop();
    const proof = base.prove(own, thiefAddress, ZERO_ADDRESS);
    await assertReverts(claim(own, thief, ETH, 4n, thief.address, proof), "BridgeHeldLess(3, 0, 4)");
    // What the other bridge held, in its place.
    const right = base.prove(x, holderAddress, ZERO_ADDRESS);
    const borrowed = { ...proof, balance: right.balance, balancePath: right.balancePath };
    await assertReverts(claim(own, thief, ETH, 100n, thief.address, borrowed), "StateRootMismatch");
    // The chain of the right settlement with the words of the wrong one.
    await assertReverts(claim(x, thief, ETH, 3n, thief.address, proof), "StateRootMismatch");
    // Any other term or setting is another contract.
    const renumbered = { ...own, terms: { ...own.terms, number: 5n } };
    await assertReverts(claim(renumbered, thief, ETH, 3n, thief.address, proof), "StateRootMismatch");
    const reconfigured = { ...own, configuration: { ...own.configuration, exitDelay: 1_001n } };
    await assertReverts(claim(reconfigured, thief, ETH, 3n, thief.address, proof), "StateRootMismatch");
    await claim(own, thief, ETH, 3n, addressOf(0xf6), proof);
    await claim(x, holder, ETH, 100n, addressOf(0xf6), right);
    assert.equal(await etherOf(addressOf(0xf6)), 103n);
  });

  test("a sibling's root, balance or claim does not count for the chain", async () => {
    const base = await Base.create(ecosystem, nextId++);
    const baseId = base.chain.configuration.chainId;
    const x = await chainOnBase(ecosystem, idOn(baseId, 1n), [ether(holderAddress, 100n)]);
    const y = await chainOnBase(ecosystem, idOn(baseId, 2n), [ether(holderAddress, 7n)]);
    await base.settle([rootWord(x), rootWord(y), balanceWord(x, ZERO_ADDRESS, 1n), balanceWord(y, ZERO_ADDRESS, 100n)]);
    await base.stop();
    const [ofX, ofY] = [base.prove(x, holderAddress, ZERO_ADDRESS), base.prove(y, holderAddress, ZERO_ADDRESS)];
    const withRoot = { ...ofY, stateRoot: ofX.stateRoot, rootPath: ofX.rootPath, holding: ofX.holding };
    await assertReverts(claim(y, holder, ETH, 100n, holderAddress, withRoot), "StateRootMismatch");
    const withBalance = { ...ofX, balance: ofY.balance, balancePath: ofY.balancePath };
    await assertReverts(claim(x, holder, ETH, 100n, holderAddress, withBalance), "StateRootMismatch");
    await assertReverts(claim(x, holder, ETH, 2n, holderAddress, ofX), "BridgeHeldLess(1, 0, 2)");
    await claim(y, holder, ETH, 7n, addressOf(0xf7), ofY);
  });

  test("what the exit on the base has paid counts, and cannot be hidden", async () => {
    const { base, x } = await stopped([ether(holderAddress, 100n)], 60n, (of) => [claimedWord(of, ether(holderAddress, 40n))]);
    const proof = base.prove(x, holderAddress, ZERO_ADDRESS);
    assert.equal(proof.claimedThere, 40n);
    await assertReverts(claim(x, holder, ETH, 61n, holderAddress, proof), "ClaimTooLarge(100, 40, 61)");
    await assertReverts(claim(x, holder, ETH, 60n, holderAddress, { ...proof, claimedThere: 0n }), "KeyNotBetween");
    await assertReverts(claim(x, holder, ETH, 60n, holderAddress, { ...proof, claimedThere: 39n }), "StateRootMismatch");
    // Of another account nothing was paid.
    const stranger = base.prove(x, holderAddress, ZERO_ADDRESS);
    const other = await stopped([ether(holderAddress, 100n)]);
    const absent = other.base.prove(other.x, holderAddress, ZERO_ADDRESS);
    const hidden = { ...stranger, claimedThere: 0n, claimedLow: absent.claimedLow, claimedPath: absent.claimedPath };
    await assertOther(claim(x, holder, ETH, 60n, holderAddress, hidden));
    await claim(x, holder, ETH, 60n, addressOf(0xf8), proof);
    assert.equal(await etherOf(addressOf(0xf8)), 60n);
  });

  test("no account claims another's holding, or the reserve; a contract claims what its alias holds", async () => {
    const contract = await ecosystem.l1.deploy("RequestingContract");
    const alias = aliasOf(270n, await hexAddress(contract));
    const { base, x } = await stopped([ether(holderAddress, 10n), ether(alias, 30n)]);
    const stranger = ecosystem.accounts[5]!;
    for (const account of [holderAddress, alias, PREDEPLOYS.L2BaseToken as Hex])
      await assertOther(claim(x, stranger, ETH, 10n, stranger.address, base.prove(x, account, ZERO_ADDRESS)));
    const data = (account: Hex) =>
      exit.interface.encodeFunctionData("claimNested", [
        { terms: x.terms, configuration: x.configuration },
        ...[ETH, 30n, addressOf(0xf9), base.prove(x, account, ZERO_ADDRESS)],
      ]);
    const to = await exit.getAddress();
    await assertOther(send(as(contract, holder), "call", to, data(holderAddress)));
    await send(as(contract, holder), "call", to, data(alias));
    assert.equal(await etherOf(addressOf(0xf9)), 30n);
    await ecosystem.l1.ethers.provider.send("hardhat_impersonateAccount", [PREDEPLOYS.L2BaseToken]);
    await ecosystem.l1.ethers.provider.send("hardhat_setBalance", [PREDEPLOYS.L2BaseToken, "0xde0b6b3a7640000"]);
    const reserve = await ecosystem.l1.ethers.getSigner(PREDEPLOYS.L2BaseToken);
    const proof = base.prove(x, PREDEPLOYS.L2BaseToken as Hex, ZERO_ADDRESS);
    await assertReverts(claim(x, reserve, ETH, 10n, stranger.address, proof), `ReservedAccount(${PREDEPLOYS.L2BaseToken})`);
  });

  test("a base's state that promises more than its balance pays up to that and takes nothing from others", async () => {
    const neighbour = await stopped([]);
    const { base, x } = await stopped([{ account: holderAddress, token: local, amount: 5_000n }], 0n, (of) => [
      balanceWord(of, local, 5_000n),
    ]);
    const proof = base.prove(x, holderAddress, tokenAddress);
    await assertReverts(claim(x, holder, tokenAddress, 1_001n, addressOf(0xfa), proof), "BalanceOverdraft");
    await claim(x, holder, tokenAddress, 1_000n, addressOf(0xfa), proof);
    const theirs = neighbour.base.chain.configuration.chainId;
    assert.deepEqual(await accountsOf(ecosystem, theirs, tokenAddress), [1_000n, 0n, 0n]);
  });

  test("a token of L1 is the coin of a chain on the base, and ether a token there", async () => {
    const base = await Base.create(ecosystem, nextId++);
    const x = await chainOnBase(
      ecosystem,
      idOn(base.chain.configuration.chainId),
      [{ account: holderAddress, token: local, amount: 70n }, ether(holderAddress, 8n)],
      { baseToken: local },
    );
    await base.settle([rootWord(x), balanceWord(x, local, 70n), balanceWord(x, ZERO_ADDRESS, 8n)], [tokenAddress]);
    await base.stop();
    await claim(x, holder, tokenAddress, 70n, addressOf(0xfb), base.prove(x, holderAddress, tokenAddress));
    await claim(x, holder, ETH, 8n, addressOf(0xfb), base.prove(x, holderAddress, ZERO_ADDRESS));
    assert.equal(await view(token, "balanceOf", addressOf(0xfb)), 70n);
    assert.equal(await etherOf(addressOf(0xfb)), 8n);
  });

  test("only this exit makes the state exit pay out of a base's balance", async () => {
    await assertReverts(send(ecosystem.stateExit, "payOther", 270n, ETH, holderAddress, 1n), "OnlyOtherExits");
  });

  test("the words are where the contracts on a base have them", async () => {
    const l1 = await startLocalL1({ chainId: 271 });
    try {
      await putDeployer(l1);
      await l1.ethers.provider.send("hardhat_setCode", [PREDEPLOYS.SystemContext, "0x00"]);
      const [deployer] = await l1.ethers.getSigners();
      const terms = defaultTerms(deployer!.address);
      const settlement = await expectedSettlement(terms);
      await deployer!.sendTransaction({ to: DEPLOYER, data: concat([ZeroHash, settlement.initCode]) });
      const at = async (name: string, address: string) =>
        (await l1.ethers.getContractAt(name, address)) as unknown as BaseContract;
      const creator = await at("SettlementCreator", settlement.creator);
      for (const [i] of PLACED.entries()) await send(creator, "create", i, settlement.hashes, settlement.codes[i]);
      const factory = await at("ChainFactory", settlement.addressOf("ChainFactory"));
      const verifiers = await at("VerifierRegistry", settlement.addressOf("VerifierRegistry"));
      await send(verifiers, "addVersion", PROTOCOL_VERSION, {
        verifier: await (await l1.deploy("VerifierDouble")).getAddress(),
        secondVerifier: ZERO_ADDRESS,
        aggregator: ZERO_ADDRESS,
        tree: await (await l1.deploy("StateTree")).getAddress(),
        reader: await (await l1.deploy("BatchReader", PREDEPLOYS_DIGEST)).getAddress(),
        ...{ genesisStateRoot: wordToHex(0x0102_0304n), genesisLeafCount: 100n, executionKey: ZeroHash },
      });
      const there = { ...ecosystem, l1, factory, chainId: 271n, accounts: await l1.ethers.getSigners() } as Ecosystem;
      const rollupPolicy = await l1.deploy("RollupCalldataPolicy");
      const configuration = await defaultConfiguration({ ...there, rollupPolicy }, idOn(271n));
      await createChain(there, configuration);
      const hyperchain = hyperchainOf(ecosystem, settlement, configuration);
      assert.equal((await view<string>(factory, "getHyperchain", idOn(271n))).toLowerCase(), hyperchain);
      const shown = (await view<string>(exit, "hyperchainOf", { terms, configuration })).toLowerCase();
      assert.equal(shown, hyperchain);
      const request = { chainId: idOn(271n), mintValue: 10n ** 9n, l2Contract: deployer!.address, l2Value: 0n, l2Calldata: "0x" };
      const rest = { l2GasLimit: 100_000n, l2GasPerPubdataByteLimit: 800n, factoryDeps: [], refundRecipient: deployer!.address };
      await send(factory, "requestL2TransactionDirect", { ...request, ...rest }, { value: 10n ** 9n });
      const x = { ...(await chainOnBase(there, idOn(271n), [], { terms })), configuration, hyperchain, settlement };
      const stored = async ({ address, slot }: { readonly address: bigint; readonly slot: bigint }): Promise<bigint> =>
        BigInt(await l1.ethers.provider.getStorage(addressOf(0).slice(0, 2) + address.toString(16).padStart(40, "0"), slot));
      assert.equal(await stored(rootWord(x)), 0x0102_0304n);
      assert.equal(await stored(balanceWord(x, ZERO_ADDRESS, 0n)), 10n ** 9n);
      // The exit there would note a claim here: the slot of its getter.
      const claimed = claimedWord(x, ether(addressOf(0xabc), 0n));
      await l1.ethers.provider.send("hardhat_setStorageAt", [
        settlement.addressOf("StateExit"),
        wordToHex(claimed.slot),
        wordToHex(77n),
      ]);
      const stateExit = await at("StateExit", settlement.addressOf("StateExit"));
      assert.equal(await view(stateExit, "claimed", idOn(271n), addressOf(0xabc), ZERO_ADDRESS), 77n);
    } finally {
      await l1.close();
    }
  });
});

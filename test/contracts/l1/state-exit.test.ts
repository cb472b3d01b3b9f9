import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { getAddress, type BaseContract, type Signer } from "ethers";
import { referenceCompressor } from "../../../src/chain/state/batch-compressor.ts";
import type { StateWrite } from "../../../src/chain/state/change-set.ts";
import { leafPath, type LeafPath } from "../../../src/chain/state/leaf-path.ts";
import { proveHolding, type HoldingProof } from "../../../src/chain/state/holding-proof.ts";
import { StateTree } from "../../../src/chain/state/state-tree.ts";
import { digestToHex } from "../../../src/ground/protocol/digest.ts";
import { LeafKind } from "../../../src/ground/protocol/domain-tags.ts";
import { BASE_TOKEN_RESERVE_WEI } from "../../../src/ground/protocol/genesis.ts";
import { wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { holdingKey } from "../../../src/ground/protocol/holding.ts";
import { aliasOf } from "../../../src/ground/protocol/address-alias.ts";
import { PREDEPLOYS } from "../../../src/ground/protocol/predeploys.ts";
import { accountsOf, assetMessage, claimOf, depositToken, ZERO_ADDRESS } from "./support/assets.ts";
import { TestChain } from "./support/chain.ts";
import {
  addressOf,
  as,
  defaultConfiguration,
  ETH,
  eventsOf,
  hexAddress,
  send,
  view,
  type ChainConfiguration,
  type Ecosystem,
} from "./support/ecosystem.ts";
import { assertReverts } from "./support/errors.ts";
import { activateExit, deployExitScene } from "./support/exits.ts";

/** Holding of an account in an L1 token on the chain. */
interface Holding {
  readonly account: Hex;
  readonly token: Hex;
  readonly amount: bigint;
}

const ETHER_DEPOSIT = 10n ** 9n;
const NONCE = 7n;

describe("exit by state proof", () => {
  let ecosystem: Ecosystem;
  let token: BaseContract;
  let tokenAddress: Hex;
  let holder: Signer;
  let holderAddress: Hex;
  let nextChainId = 270n;
  before(async () => {
    ({ ecosystem, token, tokenAddress, holder, holderAddress } = await deployExitScene());
  });
  after(() => ecosystem.l1.close());

  /** A stopped chain whose last state has these holdings, besides the reserve. */
  class StoppedChain {
    readonly chain: TestChain;
    readonly tree: StateTree;

    constructor(chain: TestChain, tree: StateTree) {
      this.chain = chain;
      this.tree = tree;
    }

    prove(account: Hex, of: Hex): HoldingProof["proof"] {
      const { baseToken } = this.chain.configuration;
      const query = { settlementChainId: ecosystem.chainId, baseToken: baseToken as Hex, token: of, account };
      const found = proveHolding(this.tree, query);
      assert.ok(found !== undefined, `no leaf for ${account}`);
      return found.proof;
    }
  }

  function treeOf(
    configuration: ChainConfiguration,
    holdings: readonly Holding[],
    others: readonly StateWrite[] = [],
  ): StateTree {
    const baseToken = configuration.baseToken as Hex;
    const leaves = holdings.map(({ account, token: of, amount }): StateWrite => {
      const key = holdingKey({ settlementChainId: ecosystem.chainId, baseToken, token: of, account });
      return { ...key, value: key.leafKind === LeafKind.account ? (amount << 64n) | NONCE : amount };
    });
    const reserve: StateWrite = {
      leafKind: LeafKind.account,
      address: BigInt(PREDEPLOYS.L2BaseToken),
      slot: 0n,
      value: (BASE_TOKEN_RESERVE_WEI << 64n) | 1n,
    };
    return StateTree.genesis([reserve, ...leaves, ...others], { compressor: referenceCompressor });
  }

  /** A chain with one executed batch whose root has the holdings; ETH and 1,000 of the token are deposited. */
  async function running(
    holdings: readonly Holding[],
    overrides: Partial<ChainConfiguration> = {},
    others: readonly StateWrite[] = [],
  ): Promise<StoppedChain> {
    const configuration = { ...(await defaultConfiguration(ecosystem, nextChainId++)), ...overrides };
    const chain = await TestChain.create(ecosystem, configuration);
    const operations = BigInt(configuration.baseToken) === 1n ? [await chain.request({}, ETHER_DEPOSIT)] : [];
    operations.push(
      await depositToken(ecosystem, chain, BigInt(configuration.baseToken) === 1n ? tokenAddress : ZERO_ADDRESS, 1_000n),
    );
    const tree = treeOf(configuration, holdings, others);
    await chain.settle({
      canonicalTxHashes: operations,
      logs: operations.map(() => ({ type: "priorityOp", success: true })),
      newStateRoot: digestToHex(tree.root),
    });
    return new StoppedChain(chain, tree);
  }

  async function stop({ chain }: StoppedChain): Promise<void> {
    if (BigInt(chain.configuration.baseToken) === 1n) await chain.request();
    else await depositToken(ecosystem, chain, ZERO_ADDRESS, 1n);
    await activateExit(ecosystem, chain);
  }

  async function stopped(holdings: readonly Holding[], overrides: Partial<ChainConfiguration> = {}): Promise<StoppedChain> {
    const made = await running(holdings, overrides);
    await stop(made);
    return made;
  }

  const claim = (on: StoppedChain, signer: Signer, of: string, amount: bigint, recipient: string, proof: unknown) =>
    send(as(ecosystem.stateExit, signer), "claimHolding", on.chain.configuration.chainId, of, amount, recipient, proof);

  describe("F7: a porter's coin", () => {
    const PORTER_ROOT = { leafKind: LeafKind.storage, address: 0x10017n, slot: 0n };
    const header = (account: string, amount: bigint): StateWrite => ({
      leafKind: LeafKind.account,
      address: BigInt(account),
      slot: 0n,
      value: (amount << 64n) | NONCE,
    });
    let other: Signer;
    let porter: StateTree;
    let on: StoppedChain;
    let proof: { value: bigint; path: LeafPath; porterRoot: Hex; rootPath: LeafPath };
    before(async () => {
      other = ecosystem.accounts[6]!;
      const leaves = [header(holderAddress, 100n), header(await other.getAddress(), 50n)];
      porter = StateTree.genesis(leaves, { compressor: referenceCompressor });
      const porterRoot = digestToHex(porter.root);
      on = await running([], {}, [{ ...PORTER_ROOT, value: BigInt(porterRoot) }]);
      await stop(on);
      const own = porter.prove(header(holderAddress, 0n));
      proof = { value: own.value, path: leafPath(own), porterRoot, rootPath: leafPath(on.tree.prove(PORTER_ROOT)) };
    });
    const claimPorter = (signer: Signer, amount: bigint, shown = proof) =>
      send(
        as(ecosystem.stateExit, signer),
        "claimPorterHolding",
        on.chain.configuration.chainId,
        amount,
        "0x00000000000000000000000000000000c0ffee07",
        shown,
      );

    test("coin stuck: it exits by the porter's root in the chain's last state, in parts, once", async () => {
      const [event] = eventsOf(ecosystem.stateExit, await claimPorter(holder, 60n), "HoldingClaimed");
      assert.deepEqual([...event!.args].slice(3), [getAddress("0x00000000000000000000000000000000c0ffee07"), 60n]);
      await assertReverts(claimPorter(holder, 41n), "ClaimTooLarge(100, 60, 41)");
      await claimPorter(holder, 40n);
      const paid = await ecosystem.l1.ethers.provider.getBalance("0x00000000000000000000000000000000c0ffee07");
      assert.equal(paid, 100n);
    });

    test("another account's header, another value and another root are refused", async () => {
      await assert.rejects(claimPorter(other, 1n), /StateRootMismatch/);
      await assert.rejects(claimPorter(holder, 1n, { ...proof, value: (200n << 64n) | NONCE }), /StateRootMismatch/);
      const forged = StateTree.genesis([header(holderAddress, 900n)], { compressor: referenceCompressor });
      const own = forged.prove(header(holderAddress, 0n));
      const shown = { ...proof, value: own.value, path: leafPath(own), porterRoot: digestToHex(forged.root) };
      await assert.rejects(claimPorter(holder, 1n, shown), /StateRootMismatch/);
      // The first tree is another one.
      const first = { ...proof, porterRoot: digestToHex(on.tree.root), path: proof.rootPath };
      await assert.rejects(claimPorter(holder, 1n, first), /StateRootMismatch/);
    });

    test("nothing of a running chain, and nothing for the zero address", async () => {
      const live = await running([], {}, [{ ...PORTER_ROOT, value: BigInt(proof.porterRoot) }]);
      const { chainId } = live.chain.configuration;
      const exit = as(ecosystem.stateExit, holder);
      await assertReverts(send(exit, "claimPorterHolding", chainId, 1n, holderAddress, proof), "ChainNotExited()");
      await assertReverts(
        send(exit, "claimPorterHolding", on.chain.configuration.chainId, 1n, ZERO_ADDRESS, proof),
        "ZeroRecipient()",
      );
      await assertReverts(claimPorter(holder, 0n), "NothingToClaim()");
    });
  });

  test("E4: pays an account's ether and tokens from the chain's balance, once", async () => {
    const on = await stopped([
      { account: holderAddress, token: ZERO_ADDRESS, amount: 600n },
      { account: holderAddress, token: tokenAddress, amount: 250n },
    ]);
    const { chainId } = on.chain.configuration;
    const before = await accountsOf(ecosystem, chainId, ETH);
    const ether = on.prove(holderAddress, ZERO_ADDRESS);
    const receipt = await claim(on, holder, ETH, 600n, addressOf(0xe1), ether);
    assert.equal(await ecosystem.l1.ethers.provider.getBalance(addressOf(0xe1)), 600n);
    assert.deepEqual(await accountsOf(ecosystem, chainId, ETH), [before[0] - 600n, before[1], before[2]]);
    const [event] = eventsOf(ecosystem.stateExit, receipt, "HoldingClaimed");
    assert.deepEqual([...event!.args], [chainId, ecosystem.accounts[3]!.address, ZERO_ADDRESS, event!.args[3], 600n]);

    await claim(on, holder, tokenAddress, 250n, addressOf(0xe2), on.prove(holderAddress, tokenAddress));
    assert.equal(await view(token, "balanceOf", addressOf(0xe2)), 250n);
    assert.deepEqual(await accountsOf(ecosystem, chainId, tokenAddress), [750n, 0n, 0n]);

    // Neither name of ETH is another holding.
    for (const name of [ETH, ZERO_ADDRESS])
      await assertReverts(claim(on, holder, name, 1n, addressOf(0xe1), ether), "ClaimTooLarge(600, 600, 1)");
    await assertReverts(
      claim(on, holder, tokenAddress, 250n, addressOf(0xe2), on.prove(holderAddress, tokenAddress)),
      "ClaimTooLarge(250, 250, 250)",
    );
  });

  test("E4: pays a custom base token by the account's balance, and ether there as a bridged token", async () => {
    const on = await stopped(
      [
        { account: holderAddress, token: tokenAddress, amount: 5_000n },
        { account: holderAddress, token: ZERO_ADDRESS, amount: 70n },
      ],
      { baseToken: tokenAddress },
    );
    await claim(on, holder, tokenAddress, 5_000n, addressOf(0xe3), on.prove(holderAddress, tokenAddress));
    await claim(on, holder, ZERO_ADDRESS, 70n, addressOf(0xe3), on.prove(holderAddress, ZERO_ADDRESS));
    assert.equal(await view(token, "balanceOf", addressOf(0xe3)), 5_000n);
    assert.equal(await ecosystem.l1.ethers.provider.getBalance(addressOf(0xe3)), 70n);
  });

  test("a holding can be claimed in parts, and never more than it is", async () => {
    const on = await stopped([{ account: holderAddress, token: ZERO_ADDRESS, amount: 100n }]);
    const proof = on.prove(holderAddress, ZERO_ADDRESS);
    await claim(on, holder, ETH, 40n, addressOf(0xe4), proof);
    await assertReverts(claim(on, holder, ETH, 61n, addressOf(0xe4), proof), "ClaimTooLarge(100, 40, 61)");
    await assertReverts(claim(on, holder, ETH, (1n << 256n) - 1n, addressOf(0xe4), proof), "ClaimTooLarge");
    await claim(on, holder, ETH, 60n, addressOf(0xe4), proof);
    assert.equal(await view(ecosystem.stateExit, "claimed", on.chain.configuration.chainId, holderAddress, ZERO_ADDRESS), 100n);
    assert.equal(await ecosystem.l1.ethers.provider.getBalance(addressOf(0xe4)), 100n);
  });

  test("a contract on L1 claims what its alias holds, and not what its own address holds on the chain", async () => {
    const contract = await ecosystem.l1.deploy("RequestingContract");
    const own = await hexAddress(contract);
    const alias = aliasOf(270n, own);
    const on = await stopped([
      { account: alias, token: ZERO_ADDRESS, amount: 30n },
      { account: own, token: ZERO_ADDRESS, amount: 40n },
      { account: holderAddress, token: ZERO_ADDRESS, amount: 50n },
    ]);
    const { chainId } = on.chain.configuration;
    const through = async (account: Hex, amount: bigint) => {
      const data = ecosystem.stateExit.interface.encodeFunctionData("claimHolding", [
        chainId,
        ZERO_ADDRESS,
        amount,
        addressOf(0xe5),
        on.prove(account, ZERO_ADDRESS),
      ]);
      return send(as(contract, holder), "call", await ecosystem.stateExit.getAddress(), data);
    };
    await assertReverts(through(own, 40n), "StateRootMismatch");
    // The origin's own holding is not for contracts that it calls.
    await assertReverts(through(holderAddress, 50n), "StateRootMismatch");
    await through(alias, 30n);
    assert.equal(await ecosystem.l1.ethers.provider.getBalance(addressOf(0xe5)), 30n);
  });

  test("an account with delegated code claims in its own transactions only", async () => {
    const account = ecosystem.accounts[11]!;
    const address = account.address.toLowerCase() as Hex;
    const on = await stopped([{ account: address, token: ZERO_ADDRESS, amount: 90n }]);
    const implementation = await hexAddress(await ecosystem.l1.deploy("RequestingContract"));
    await ecosystem.l1.ethers.provider.send("hardhat_setCode", [address, `0xef0100${implementation.slice(2)}`]);
    const proof = on.prove(address, ZERO_ADDRESS);
    const data = ecosystem.stateExit.interface.encodeFunctionData("claimHolding", [
      on.chain.configuration.chainId,
      ZERO_ADDRESS,
      45n,
      addressOf(0xe6),
      proof,
    ]);
    const wallet = (await ecosystem.l1.ethers.getContractAt("RequestingContract", address)) as unknown as BaseContract;
    const target = await ecosystem.stateExit.getAddress();
    await assertReverts(send(as(wallet, holder), "call", target, data), "StateRootMismatch");
    await send(as(wallet, account), "call", target, data);
    await claim(on, account, ETH, 45n, addressOf(0xe6), proof);
    assert.equal(await ecosystem.l1.ethers.provider.getBalance(addressOf(0xe6)), 90n);
  });

  test("no account claims another account's holding, the reserve, or the outputs", async () => {
    const on = await stopped([{ account: holderAddress, token: ZERO_ADDRESS, amount: 10n }]);
    const stranger = ecosystem.accounts[5]!;
    await assertReverts(
      claim(on, stranger, ETH, 10n, stranger.address, on.prove(holderAddress, ZERO_ADDRESS)),
      "StateRootMismatch",
    );
    await assertReverts(
      claim(on, stranger, ETH, 10n, stranger.address, on.prove(PREDEPLOYS.L2BaseToken, ZERO_ADDRESS)),
      "StateRootMismatch",
    );
    // The reserve's key would not help either.
    await ecosystem.l1.ethers.provider.send("hardhat_impersonateAccount", [PREDEPLOYS.L2BaseToken]);
    await ecosystem.l1.ethers.provider.send("hardhat_setBalance", [
      PREDEPLOYS.L2BaseToken,
      wordToHex(10n ** 18n).replace(/^0x0+/, "0x"),
    ]);
    const reserve = await ecosystem.l1.ethers.getSigner(PREDEPLOYS.L2BaseToken);
    await assertReverts(
      claim(on, reserve, ETH, 10n, stranger.address, on.prove(PREDEPLOYS.L2BaseToken, ZERO_ADDRESS)),
      `ReservedAccount(${PREDEPLOYS.L2BaseToken})`,
    );
    for (const index of [0, 1]) {
      const proof = on.prove(holderAddress, ZERO_ADDRESS);
      const leaf = { ...proof, path: { ...proof.path, index } };
      await assertReverts(claim(on, holder, ETH, 10n, holderAddress, leaf), "StateRootMismatch");
    }
  });

  test("a leaf of one kind does not pass for another", async () => {
    const on = await stopped([
      { account: holderAddress, token: ZERO_ADDRESS, amount: 10n },
      { account: holderAddress, token: tokenAddress, amount: 20n << 64n },
    ]);
    await assertReverts(claim(on, holder, ETH, 20n, holderAddress, on.prove(holderAddress, tokenAddress)), "StateRootMismatch");
    await assertReverts(
      claim(on, holder, tokenAddress, 10n, holderAddress, on.prove(holderAddress, ZERO_ADDRESS)),
      "StateRootMismatch",
    );
    // A storage leaf of the account itself, or its code's hash, in the header's place.
    for (const leafKind of [LeafKind.storage, LeafKind.codeHash]) {
      const tree = StateTree.genesis([{ leafKind, address: BigInt(holderAddress), slot: 0n, value: (10n << 64n) | NONCE }], {
        compressor: referenceCompressor,
      });
      const other = await running([]);
      await other.chain.settle({ newStateRoot: digestToHex(tree.root) });
      await stop(other);
      const leaf = tree.prove({ leafKind, address: BigInt(holderAddress), slot: 0n });
      const path = {
        nextKey: digestToHex(leaf.nextKey),
        index: leaf.index,
        leafCount: leaf.leafCount,
        siblings: leaf.siblings.map(digestToHex),
      };
      await assertReverts(claim(other, holder, ETH, 10n, holderAddress, { value: leaf.value, path }), "StateRootMismatch");
    }
  });

  test("forged values, paths and digests are refused", async () => {
    const on = await stopped([{ account: holderAddress, token: ZERO_ADDRESS, amount: 10n }]);
    const real = on.prove(holderAddress, ZERO_ADDRESS);
    const attempt = (proof: unknown) => claim(on, holder, ETH, 10n, holderAddress, proof);
    await assertReverts(attempt({ ...real, value: (11n << 64n) | NONCE }), "StateRootMismatch");
    const siblings = real.path.siblings.map((sibling, i) => (i === 17 ? wordToHex(BigInt(sibling) ^ 1n) : sibling));
    await assertReverts(attempt({ ...real, path: { ...real.path, siblings } }), "StateRootMismatch");
    // p in the first element is another writing of 0.
    const p: Hex = `0x7f000001${"00".repeat(28)}`;
    await assertReverts(
      attempt({ ...real, path: { ...real.path, siblings: [...real.path.siblings.slice(0, 31), p] } }),
      `DigestNotCanonical(${p})`,
    );
    await assertReverts(attempt({ ...real, path: { ...real.path, nextKey: p } }), `DigestNotCanonical(${p})`);
    await assertReverts(attempt({ ...real, path: { ...real.path, index: real.path.leafCount } }), "LeafIndexTooLarge");
    await attempt(real);
  });

  test("only the last executed root of the very chain counts", async () => {
    const holdings = [{ account: holderAddress, token: ZERO_ADDRESS, amount: 10n }];
    const rich = await running(holdings);
    const other = await stopped([{ account: holderAddress, token: ZERO_ADDRESS, amount: 1n }]);
    await assertReverts(
      claim(other, holder, ETH, 10n, holderAddress, rich.prove(holderAddress, ZERO_ADDRESS)),
      "StateRootMismatch",
    );

    // A batch that is proven and not executed when the exit opens; and the executed one before the last.
    const tree = treeOf(rich.chain.configuration, [{ account: holderAddress, token: ZERO_ADDRESS, amount: 99n }]);
    await rich.chain.settle({
      newStateRoot: digestToHex(treeOf(rich.chain.configuration, [{ ...holdings[0]!, amount: 5n }]).root),
    });
    const formed = await rich.chain.form({ newStateRoot: digestToHex(tree.root) });
    const { stored } = await rich.chain.commit(formed);
    await rich.chain.prove(stored);
    await stop(rich);
    const pending = new StoppedChain(rich.chain, tree).prove(holderAddress, ZERO_ADDRESS);
    await assertReverts(claim(rich, holder, ETH, 99n, holderAddress, pending), "StateRootMismatch");
    await assertReverts(
      claim(rich, holder, ETH, 10n, holderAddress, rich.prove(holderAddress, ZERO_ADDRESS)),
      "StateRootMismatch",
    );
  });

  test("nothing is paid while the chain runs, nor on a chain that does not exist", async () => {
    const on = await running([{ account: holderAddress, token: ZERO_ADDRESS, amount: 10n }]);
    const proof = on.prove(holderAddress, ZERO_ADDRESS);
    await assertReverts(claim(on, holder, ETH, 10n, holderAddress, proof), "ChainNotExited()");
    await on.chain.request();
    await ecosystem.increaseTime(2_000n);
    // Open is not enough: batches could still be executed.
    await assertReverts(claim(on, holder, ETH, 10n, holderAddress, proof), "ChainNotExited()");
    await assertReverts(
      send(as(ecosystem.stateExit, holder), "claimHolding", 999n, ETH, 10n, holderAddress, proof),
      "UnknownChain(999)",
    );
    await send(on.chain.contract, "activateExit");
    await assertReverts(claim(on, holder, ETH, 0n, holderAddress, proof), "NothingToClaim()");
    await assertReverts(claim(on, holder, ETH, 10n, ZERO_ADDRESS, proof), "ZeroRecipient()");
    await claim(on, holder, ETH, 10n, holderAddress, proof);
  });

  test("a state that promises more than the chain's balance pays up to that and takes nothing from others", async () => {
    const rich = await running([]);
    const on = await stopped([
      { account: holderAddress, token: tokenAddress, amount: 5_000n },
      { account: holderAddress, token: ZERO_ADDRESS, amount: 10n ** 15n },
    ]);
    const { chainId } = on.chain.configuration;
    const proof = on.prove(holderAddress, tokenAddress);
    await assertReverts(claim(on, holder, tokenAddress, 1_001n, addressOf(0xe7), proof), "BalanceOverdraft");
    await assertReverts(
      claim(on, holder, ETH, 10n ** 15n, addressOf(0xe7), on.prove(holderAddress, ZERO_ADDRESS)),
      "BalanceOverdraft",
    );
    await claim(on, holder, tokenAddress, 1_000n, addressOf(0xe7), proof);
    assert.deepEqual(await accountsOf(ecosystem, chainId, tokenAddress), [0n, 0n, 0n]);
    assert.deepEqual(await accountsOf(ecosystem, rich.chain.configuration.chainId, tokenAddress), [1_000n, 0n, 0n]);
  });

  test("withdrawals of executed batches stay claimable during the exit, and are out of its reach", async () => {
    const on = await running([{ account: holderAddress, token: tokenAddress, amount: 1_000n }]);
    const withdrawal = assetMessage(ecosystem, { originToken: tokenAddress, amount: 400n, recipient: addressOf(0xe8) });
    const tree = treeOf(on.chain.configuration, [{ account: holderAddress, token: tokenAddress, amount: 600n }]);
    const { formed } = await on.chain.settle({ logs: [withdrawal], newStateRoot: digestToHex(tree.root) });
    await stop(on);
    const after = new StoppedChain(on.chain, tree);
    await claim(on, holder, tokenAddress, 600n, addressOf(0xe8), after.prove(holderAddress, tokenAddress));
    assert.deepEqual(await accountsOf(ecosystem, on.chain.configuration.chainId, tokenAddress), [0n, 400n, 0n]);
    await send(ecosystem.bridge, "finalizeDeposit", claimOf(on.chain, formed, 0, withdrawal));
    assert.equal(await view(token, "balanceOf", addressOf(0xe8)), 1_000n);
  });

  test("a token that calls back during its payment can neither claim again nor finalise", async () => {
    const on = await stopped([{ account: holderAddress, token: tokenAddress, amount: 100n }]);
    const { chainId } = on.chain.configuration;
    const proof = on.prove(holderAddress, tokenAddress);
    const again = ecosystem.stateExit.interface.encodeFunctionData("claimHolding", [
      chainId,
      tokenAddress,
      100n,
      holderAddress,
      proof,
    ]);
    const pay = ecosystem.bridge.interface.encodeFunctionData("payHolding", [chainId, tokenAddress, holderAddress, 100n]);
    for (const [target, data, error] of [
      [ecosystem.stateExit, again, "StateRootMismatch"],
      [ecosystem.bridge, pay, "Reentered"],
    ] as const) {
      await send(token, "setAttack", await target.getAddress(), data);
      await claim(on, holder, tokenAddress, 50n, addressOf(0xe9), proof);
      const result = await view<Hex>(token, "attackResult");
      assert.equal(target.interface.parseError(result)?.name, error);
    }
    await send(token, "setAttack", ZERO_ADDRESS, "0x");
    assert.equal(await view(token, "balanceOf", addressOf(0xe9)), 100n);
  });

  test("a recipient that claims again while it is paid gets its holding once", async () => {
    const greedy = await ecosystem.l1.deploy("GreedyRecipient");
    const on = await stopped([{ account: aliasOf(270n, await hexAddress(greedy)), token: ZERO_ADDRESS, amount: 8n }]);
    const address = await hexAddress(greedy);
    const proof = on.prove(aliasOf(270n, address), ZERO_ADDRESS);
    const data = ecosystem.stateExit.interface.encodeFunctionData("claimHolding", [
      on.chain.configuration.chainId,
      ETH,
      8n,
      address,
      proof,
    ]);
    await send(greedy, "prepare", await ecosystem.stateExit.getAddress(), data);
    // One wei makes it claim; the payment makes it claim again.
    await ecosystem.accounts[0]!.sendTransaction({ to: address, value: 1n });
    assert.equal(await ecosystem.l1.ethers.provider.getBalance(address), 9n);
  });

  test("only the state exit makes the bridge pay holdings", async () => {
    await assertReverts(send(ecosystem.bridge, "payHolding", 270n, ETH, holderAddress, 1n), "OnlyStateExit");
  });
});

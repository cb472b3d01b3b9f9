import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { AbiCoder, type BaseContract, type Signer } from "ethers";
import { referenceCompressor } from "../../../src/chain/state/batch-compressor.ts";
import { proveHolding } from "../../../src/chain/state/holding-proof.ts";
import { leafPath } from "../../../src/chain/state/leaf-path.ts";
import { StateTree } from "../../../src/chain/state/state-tree.ts";
import { proveUndelivered } from "../../../src/chain/state/undelivered-proof.ts";
import { AssetMessageKind } from "../../../src/ground/protocol/asset-message.ts";
import { deliveryFlagKey } from "../../../src/ground/protocol/delivery-flag.ts";
import { digestToHex } from "../../../src/ground/protocol/digest.ts";
import { keccak, toHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { holdingKey } from "../../../src/ground/protocol/holding.ts";
import { l2LogProof } from "../../../src/ground/protocol/log-proof.ts";
import { accountsOf, assetMessage, claimOf, depositToken } from "../l1/support/assets.ts";
import { operationAt, proofOf, TestChain, type FormedBatch } from "../l1/support/chain.ts";
import {
  addressOf,
  as,
  defaultConfiguration,
  ETH,
  NO_EXECUTION_PROOFS,
  PROTOCOL_VERSION,
  send,
  view,
  furtherVersion,
  type Ecosystem,
} from "../l1/support/ecosystem.ts";
import { assertReverts } from "../l1/support/errors.ts";
import { activateExit, deliveredMarks, deployExitScene, undeliveredProof, undeliveredTransfer } from "../l1/support/exits.ts";

type Message = ReturnType<typeof assetMessage>;

/** One way in which money leaves a stopped chain. */
interface Payout {
  readonly contract: BaseContract;
  readonly method: string;
  readonly args: readonly unknown[];
  /** With what the same call is refused the second time. */
  readonly again: string;
}

const SUCCESS = { type: "priorityOp", success: true } as const;
const FAILURE = { type: "priorityOp", success: false } as const;
const HEIR = addressOf(0xe1);

describe("all ways out of stopped chains together", () => {
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

  const create = async (): Promise<TestChain> =>
    TestChain.create(ecosystem, await defaultConfiguration(ecosystem, nextChainId++));
  const deposit = (chain: TestChain, amount: bigint): Promise<Hex> => depositToken(ecosystem, chain, tokenAddress, amount);
  const accounts = (chain: TestChain) => accountsOf(ecosystem, chain.configuration.chainId, tokenAddress);
  const balanceOf = (account: string): Promise<bigint> => view(token, "balanceOf", account);
  const held = async (): Promise<bigint> => balanceOf(await ecosystem.bridge.getAddress());
  const transfer = (to: TestChain, amount: bigint, nonce: bigint, kind: 2 | 3 = AssetMessageKind.hyperbridgeSend): Message =>
    assetMessage(ecosystem, {
      kind,
      destinationChainId: to.configuration.chainId,
      originToken: tokenAddress,
      amount,
      nonce,
      sender: holderAddress,
      recipient: holderAddress,
    });
  const withdrawal = (amount: bigint): Message => assetMessage(ecosystem, { originToken: tokenAddress, amount, recipient: HEIR });
  const query = () => ({
    settlementChainId: ecosystem.chainId,
    baseToken: ETH as Hex,
    token: tokenAddress,
    account: holderAddress,
  });
  const treeOf = (amount: bigint, delivered: readonly Message[] = [], sourceChainId = 0n): StateTree => {
    const leaves = [{ ...holdingKey(query()), value: amount }, ...deliveredMarks(sourceChainId, delivered)];
    return StateTree.genesis(leaves, { compressor: referenceCompressor });
  };
  const stop = (chain: TestChain): Promise<void> => activateExit(ecosystem, chain);
  const holding = (chain: TestChain, tree: StateTree, amount: bigint): Payout => ({
    contract: as(ecosystem.stateExit, holder),
    method: "claimHolding",
    args: [chain.configuration.chainId, tokenAddress, amount, HEIR, proveHolding(tree, query())!.proof],
    again: "ClaimTooLarge",
  });
  const undelivered = (from: TestChain, formed: FormedBatch, index: number, message: Message, tree: StateTree): Payout => {
    const sent = undeliveredTransfer(from, formed, index, message, undeliveredProof(tree, from, message));
    return {
      contract: as(ecosystem.stateExit, holder),
      method: "refundTransfer",
      args: [sent, HEIR],
      again: "TransferAlreadyRefunded",
    };
  };
  const pay = ({ contract, method, args }: Payout) => send(contract, method, ...args);

  test("pay each amount once, by whichever way it is asked for and in whatever order, and the bridge is empty in the end", async () => {
    const [from, to] = [await create(), await create()];
    const [fromId, toId] = [from.configuration.chainId, to.configuration.chainId];
    const before = await held();
    const paidBefore = await balanceOf(HEIR);
    const [arrived, onTheWay, late] = [transfer(to, 200n, 0n), transfer(to, 300n, 1n), transfer(to, 150n, 2n)];
    const sent = await from.settle({ canonicalTxHashes: [await deposit(from, 1_000n)], logs: [SUCCESS, arrived, onTheWay] });

    // The destination's executed batch: a deposit that failed, one that came, a transfer that arrived, a withdrawal.
    const failed = await deposit(to, 100n);
    const withdrawn = withdrawal(120n);
    const state = treeOf(150n, [arrived], fromId);
    const executed = await to.settle({
      canonicalTxHashes: [failed, await deposit(to, 70n)],
      logs: [FAILURE, SUCCESS, transfer(to, 200n, 0n, AssetMessageKind.hyperbridgeDelivery), withdrawn],
      newStateRoot: digestToHex(state.root),
    });
    // One that is proven and never executed: the other transfer arrives and leaves, and a deposit comes.
    const queued = await deposit(to, 40n);
    const voided = withdrawal(340n);
    const later = treeOf(150n, [arrived, onTheWay], fromId);
    const pending = await to.form({
      canonicalTxHashes: [queued],
      logs: [SUCCESS, transfer(to, 300n, 1n, AssetMessageKind.hyperbridgeDelivery), voided],
      newStateRoot: digestToHex(later.root),
    });
    const { stored } = await to.commit(pending);
    await to.prove(stored);
    await stop(to);
    for (const [method, args] of [
      ["executeBatches", [[{ batch: stored, imports: [], flows: pending.flows }]]],
      ["proveBatch", [stored, proofOf(stored)]],
      ["revertBatches", await to.signRevert(1n)],
      ["commitBatches", [executed.stored, [{ batch: pending.commit, approval: await to.sign(stored.commitment) }]]],
      ["activateExit", []],
    ] as const)
      await assertReverts(send(to.contract, method, ...args), "ChainExited()");
    // Later transfers to it stay in transit forever.
    const sentLate = await from.settle({ logs: [late] });

    const assetId = await view<Hex>(ecosystem.bridge, "assetId", tokenAddress);
    const recover = (hash: Hex, batch: bigint, index: number, amount: bigint): Payout => {
      const data = AbiCoder.defaultAbiCoder().encode(["uint256", "address", "address"], [amount, HEIR, tokenAddress]);
      const args = [
        toId,
        ecosystem.accounts[0]!.address,
        assetId,
        data,
        hash,
        batch,
        index,
        0,
        l2LogProof(executed.formed.logLeaves, index),
      ];
      return { contract: ecosystem.bridge, method: "bridgeRecoverFailedTransfer", args, again: "DepositAlreadyRefunded" };
    };
    const depositOf = (amount: bigint) => ({ depositor: ecosystem.accounts[0]!.address, token: tokenAddress, amount });
    const payouts: Payout[] = [
      holding(to, state, 150n),
      undelivered(from, sent.formed, 2, onTheWay, state),
      undelivered(from, sentLate.formed, 0, late, state),
      {
        contract: ecosystem.bridge,
        method: "finalizeDeposit",
        args: [claimOf(to, executed.formed, 3, withdrawn)],
        again: "WithdrawalAlreadyFinalized",
      },
      recover(failed, 0n, 0, 100n),
      { contract: to.contract, method: "refundDeposit", args: [2, depositOf(40n)], again: "DepositAlreadyRefunded" },
      { contract: to.contract, method: "refundOperation", args: [await operationAt(to, 2)], again: "DepositAlreadyRefunded" },
    ];
    // Whatever was in the void batch, or has been paid or delivered in another way, is refused by every other way.
    const refused: readonly (readonly [Payout, string])[] = [
      [undelivered(from, sent.formed, 2, onTheWay, treeOf(150n)), "StateRootMismatch"],
      [undeliveredBy(leafPathOf(state, arrived)), "KeyNotBetween"],
      [undeliveredBy(proveUndelivered(state, fromId, keccak(onTheWay.body))!), "KeyNotBetween"],
      [holding(to, later, 150n), "StateRootMismatch"],
      [{ ...payouts[3]!, args: [claimOf(to, pending, 2, voided)] }, "BatchNotExecuted"],
      [{ ...payouts[5]!, args: [0, depositOf(100n)] }, "OperationExecuted(0)"],
      [{ ...payouts[5]!, args: [1, depositOf(70n)] }, "OperationExecuted(1)"],
      [{ ...payouts[6]!, args: [await operationAt(to, 1)] }, "OperationExecuted(1)"],
      [recover(queued, 1n, 0, 40n), "BatchNotExecuted"],
      [recover(queued, 0n, 0, 40n), "LogNotIncluded"],
    ];
    function undeliveredBy(proof: ReturnType<typeof proveUndelivered>): Payout {
      const real = undelivered(from, sent.formed, 1, onTheWay, state);
      const [args, recipient] = real.args;
      return { ...real, args: [{ ...(args as object), message: toHex(arrived.body), ...proof }, recipient] };
    }
    function leafPathOf(tree: StateTree, message: Message) {
      const leaf = tree.prove(deliveryFlagKey(fromId, keccak(message.body)));
      return { low: { kind: leaf.leafKind, key: digestToHex(leaf.key), value: leaf.value }, path: leafPath(leaf) };
    }
    for (const [i, payout] of payouts.entries()) {
      const atTheEnds = i === 0 || i === payouts.length - 1;
      for (const [attempt, error] of atTheEnds ? refused : []) await assertReverts(pay(attempt), error);
      // While the token is paid out, it asks for another payment that is still open.
      const other = payouts
        .slice(i + 1)
        .concat(payouts)
        .find(({ contract, method }) => contract !== payout.contract && method !== payout.method)!;
      const anyone = [ecosystem.bridge, to.contract].includes(other.contract);
      await send(
        token,
        "setAttack",
        await other.contract.getAddress(),
        other.contract.interface.encodeFunctionData(other.method, other.args),
      );
      await pay(payout);
      const attacked = await view<Hex>(token, "attackResult");
      if (anyone && payout.method !== "refundOperation")
        assert.equal(ecosystem.bridge.interface.parseError(attacked)?.name, "Reentered", payout.method);
      await assertReverts(pay(payout), payout.again);
    }
    await send(token, "setAttack", addressOf(0), "0x");
    assert.deepEqual(await accounts(to), [0n, 0n, 0n]);
    assert.deepEqual(await accounts(from), [350n, 0n, 0n]);
    assert.equal((await held()) - before, 350n);

    // The source stops too.
    const last = treeOf(350n);
    await from.settle({ newStateRoot: digestToHex(last.root) });
    await from.request();
    await stop(from);
    await pay(holding(from, last, 350n));
    assert.equal(await held(), before);
    // All that was deposited, but the two deposits that went back to their depositor.
    assert.equal((await balanceOf(HEIR)) - paidBefore, 150n + 300n + 150n + 120n + 350n);
  });

  test("a destination that lies about its state and stops gets what it has and what is on its way to it, and nothing else", async () => {
    const [from, liar, other] = [await create(), await create(), await create()];
    const [honest, own] = [transfer(liar, 300n, 0n), transfer(liar, 200n, 1n)];
    const elsewhere = transfer(other, 110n, 2n);
    const sent = await from.settle({ canonicalTxHashes: [await deposit(from, 1_000n)], logs: [SUCCESS, honest, own, elsewhere] });
    const pot = withdrawal(25n);
    const otherBatch = await other.settle({ canonicalTxHashes: [await deposit(other, 500n)], logs: [SUCCESS, pot] });
    const untouched = [await accounts(from), await accounts(other)];
    assert.deepEqual(untouched, [
      [390n, 0n, 0n],
      [475n, 25n, 110n],
    ]);

    // It takes the second transfer and withdraws it; in its state nothing was delivered, and its holding is unlimited.
    const taken = withdrawal(200n);
    const state = treeOf(1n << 200n);
    const lie = {
      logs: [transfer(liar, 200n, 0n, AssetMessageKind.hyperbridgeDelivery), taken],
      newStateRoot: digestToHex(state.root),
    };
    const tooMuch = await liar.form({ logs: [transfer(liar, 501n, 0n, AssetMessageKind.hyperbridgeDelivery)] });
    const { stored } = await liar.commit(tooMuch);
    await liar.prove(stored);
    await assertReverts(liar.execute(stored, tooMuch), "TransitOverdraft");
    await send(liar.contract, "revertBatches", ...(await liar.signRevert(0n)));
    [liar.last, liar.batchCount] = [tooMuch.previous, 0n];
    const executed = await liar.settle(lie);
    await liar.request();
    await stop(liar);
    await send(ecosystem.bridge, "finalizeDeposit", claimOf(liar, executed.formed, 1, taken));
    await assertReverts(pay(holding(liar, state, 1n)), "BalanceOverdraft");
    // Who sent to it bears the lie together: there are 300 left for the 500 that its state says never arrived.
    await pay(undelivered(from, sent.formed, 2, own, state));
    await assertReverts(pay(undelivered(from, sent.formed, 1, honest, state)), "TransitOverdraft");
    await assertReverts(pay(undelivered(from, sent.formed, 3, elsewhere, state)), "ChainNotExited()");
    assert.deepEqual(await accounts(liar), [0n, 0n, 100n]);
    assert.deepEqual([await accounts(from), await accounts(other)], untouched);
    await send(ecosystem.bridge, "finalizeDeposit", claimOf(other, otherBatch.formed, 1, pot));
  });

  test("a token that starts to take a fee takes it from the payee, not from the bridge's debts to others", async () => {
    const [from, to] = [await create(), await create()];
    const message = transfer(to, 30n, 0n);
    const sent = await from.settle({ canonicalTxHashes: [await deposit(from, 100n)], logs: [SUCCESS, message] });
    const state = treeOf(60n);
    await to.settle({ canonicalTxHashes: [await deposit(to, 60n)], logs: [SUCCESS], newStateRoot: digestToHex(state.root) });
    await deposit(to, 10n);
    await stop(to);
    const before = { held: await held(), heir: await balanceOf(HEIR) };
    await send(token, "setFee", 3n);
    const refund = { depositor: ecosystem.accounts[0]!.address, token: tokenAddress, amount: 10n };
    await pay(holding(to, state, 60n));
    await pay(undelivered(from, sent.formed, 1, message, state));
    await send(to.contract, "refundDeposit", 1, refund);
    await send(token, "setFee", 0n);
    assert.equal((await balanceOf(HEIR)) - before.heir, 57n + 27n);
    assert.equal(before.held - (await held()), 60n + 30n + 10n);
    assert.deepEqual(
      [await accounts(to), await accounts(from)],
      [
        [0n, 0n, 0n],
        [70n, 0n, 0n],
      ],
    );
  });

  test("a chain whose version was retired is left by its exit: what was not proven by then is void", async () => {
    const version = furtherVersion(1);
    const { genesisStateRoot, genesisLeafCount } = await view<{ genesisStateRoot: Hex; genesisLeafCount: bigint }>(
      ecosystem.verifiers,
      "contentOf",
      PROTOCOL_VERSION,
    );
    const verifier = await ecosystem.verifier.getAddress();
    const tree = await ecosystem.stateTree.getAddress();
    await send(ecosystem.verifiers, "addVersion", version, {
      verifier,
      tree,
      reader: await ecosystem.reader.getAddress(),
      genesisStateRoot,
      genesisLeafCount,
      ...NO_EXECUTION_PROOFS,
    });
    const to = await create();
    const retired = await TestChain.create(ecosystem, {
      ...(await defaultConfiguration(ecosystem, nextChainId++)),
      protocolVersion: version,
    });
    const state = treeOf(75n);
    await retired.settle({
      canonicalTxHashes: [await deposit(retired, 75n)],
      logs: [SUCCESS],
      newStateRoot: digestToHex(state.root),
    });
    // Committed by the end of the notice, not proven: all of it goes to another chain, which stops as well.
    const message = transfer(to, 75n, 0n);
    const pending = await retired.form({ logs: [message], newStateRoot: digestToHex(treeOf(1n).root) });
    const { stored } = await retired.commit(pending);
    await send(ecosystem.verifiers, "scheduleRetirement", version);
    await to.request();
    await stop(to);
    await assertReverts(retired.prove(stored), "ProtocolVersionRetired");
    await assertReverts(send(retired.contract, "activateExit"), "ExitNotOpen");
    // No batch can take it, so it opens the exit.
    await retired.request();
    await stop(retired);
    // The destination's state is the genesis of the version, whose tree is unknown here; the source's batch comes first.
    await assertReverts(pay(undelivered(retired, pending, 0, message, treeOf(1n))), "MessageNotIncluded");
    await pay(holding(retired, state, 75n));
    assert.deepEqual(
      [await accounts(retired), await accounts(to)],
      [
        [0n, 0n, 0n],
        [0n, 0n, 0n],
      ],
    );
  });
});

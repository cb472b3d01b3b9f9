import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { AbiCoder, type BaseContract } from "ethers";
import { referenceCompressor } from "../../../src/chain/state/batch-compressor.ts";
import type { StateWrite } from "../../../src/chain/state/change-set.ts";
import { proveHolding } from "../../../src/chain/state/holding-proof.ts";
import { StateTree } from "../../../src/chain/state/state-tree.ts";
import { digestToHex } from "../../../src/ground/protocol/digest.ts";
import { LeafKind } from "../../../src/ground/protocol/domain-tags.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { holdingKey } from "../../../src/ground/protocol/holding.ts";
import { l2LogProof } from "../../../src/ground/protocol/log-proof.ts";
import type { PubdataLog } from "../../../src/ground/protocol/pubdata.ts";
import { createRandomness } from "../../protocol/random-batches.ts";
import { byNight } from "../../support/nightly.ts";
import { accountsOf, assetMessage, claimOf, depositToken, ZERO_ADDRESS } from "./support/assets.ts";
import { operationAt, TestChain, type BatchContent, type FormedBatch } from "./support/chain.ts";
import {
  addressOf,
  as,
  defaultConfiguration,
  deployEcosystem,
  ETH,
  hexAddress,
  send,
  view,
  type Ecosystem,
} from "./support/ecosystem.ts";
import { errorOf } from "./support/errors.ts";

const OPERATIONS = byNight(120, 40);
const CHAIN_IDS = [270n, 271n, 272n];
/** Taken by a chain late in each sequence. */
const LATE_CHAIN_IDS = [280n, 281n] as const;

interface PendingClaim {
  readonly claim: ReturnType<typeof claimOf>;
  readonly asset: number;
  readonly amount: bigint;
}
interface FailedDeposit {
  readonly chain: number;
  readonly asset: number;
  readonly amount: bigint;
  readonly hash: Hex;
  readonly formed: FormedBatch;
  readonly index: number;
}

/**
 * Compares the bridge with a model in plain numbers: random deposits, batches with honest and dishonest flows, claims and
 * refunds. After every step the sum over all chains of balance, pot and transit is the bridge's holding.
 */
describe("value invariants of the shared bridge", () => {
  let ecosystem: Ecosystem;
  let token: BaseContract;
  let chains: TestChain[];
  let assets: readonly Hex[];
  let nextNonce = 0n;
  before(async () => {
    ecosystem = await deployEcosystem();
    token = await ecosystem.l1.deploy("TokenDouble");
    const tokenAddress = await hexAddress(token);
    const user = ecosystem.accounts[0]!.address;
    await send(token, "mint", user, 10n ** 30n);
    await send(token, "approve", await ecosystem.bridge.getAddress(), 1n << 255n);
    chains = [];
    for (const chainId of CHAIN_IDS) {
      const configuration = await defaultConfiguration(ecosystem, chainId);
      chains.push(await TestChain.create(ecosystem, configuration));
    }
    assets = [ETH, tokenAddress];
  });
  after(() => ecosystem.l1.close());

  for (const [i, seed] of [1, 2].entries()) {
    const lateChainId = LATE_CHAIN_IDS[i]!;
    test(`hold after each of ${OPERATIONS} random operations (seed ${seed})`, async () => {
      const random = createRandomness(seed);
      const bridge = await ecosystem.bridge.getAddress();
      const claims: PendingClaim[] = [];
      const failed: FailedDeposit[] = [];
      const deposits: { chain: number; asset: number; amount: bigint; hash: Hex }[] = [];
      const seen = new Map<string, number>();
      const count = (name: string): void => void seen.set(name, (seen.get(name) ?? 0) + 1);

      for (let step = 0; step < OPERATIONS; step++) {
        const chainIndex = random.index(chains.length);
        const chain = chains[chainIndex]!;
        const action = random.index(10);
        if (step === (3 * OPERATIONS) / 4) await TestChain.create(ecosystem, await defaultConfiguration(ecosystem, lateChainId));
        if (action < 3) {
          await chain.request({}, 2n * 10n ** 6n + BigInt(random.index(1000)));
          count("request");
        } else if (action < 5) {
          const amount = BigInt(random.index(1_000_000));
          const hash = await depositToken(ecosystem, chain, assets[1]!, amount);
          deposits.push({ chain: chainIndex, asset: 1, amount, hash });
          count("deposit");
        } else if (action < 8) {
          await settleRandomBatch(chainIndex, lateChainId, random, claims, failed, deposits, count);
        } else if (action === 8 && claims.length > 0) {
          const [{ claim }] = claims.splice(random.index(claims.length), 1) as [PendingClaim];
          await send(ecosystem.bridge, "finalizeDeposit", claim);
          assert.match(await errorOf(send(ecosystem.bridge, "finalizeDeposit", claim)), /^WithdrawalAlreadyFinalized/);
          count("claim");
        } else if (action === 9 && failed.length > 0) {
          const [deposit] = failed.splice(random.index(failed.length), 1) as [FailedDeposit];
          const outcome = await recover(deposit);
          count(outcome);
          if (outcome !== "refund") failed.push(deposit);
        }
        await assertSums(bridge);
      }
      for (const kind of ["request", "deposit", "batch", "overdraft", "claim", "refund", "refused send"]) {
        assert.ok(seen.has(kind), `the sequence has a ${kind}: ${JSON.stringify([...seen])}`);
      }
    });
  }

  test("hold while chains stop in sequence and all accounts take their holdings of the last states", async () => {
    const random = createRandomness(3);
    const bridge = await ecosystem.bridge.getAddress();
    const outcomes = new Map<string, number>();
    /** Runs a call; returns true if it was refused with one of these errors, which an excessive state causes. */
    const attempt = async (what: string, call: Promise<unknown>): Promise<void> => {
      let outcome = what;
      try {
        await call;
      } catch (error) {
        assert.match(await errorOf(Promise.reject(error as Error)), /^(BalanceOverdraft|ClaimTooLarge|DepositUnknown)/);
        outcome = `refused ${what}`;
      }
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      await assertSums(bridge);
    };
    for (const [chainIndex, chain] of chains.entries()) {
      const chainId = CHAIN_IDS[chainIndex]!;
      const holdings = [1, 2, 3].flatMap((account) => assets.map((of) => ({ account, of })));
      const keyOf = ({ account, of }: (typeof holdings)[number]) => ({
        settlementChainId: ecosystem.chainId,
        baseToken: ETH as Hex,
        token: of,
        account: ecosystem.accounts[account]!.address as Hex,
      });
      const leaves = await Promise.all(
        holdings.map(async (holding): Promise<StateWrite> => {
          const [balance] = await accountsOf(ecosystem, chainId, holding.of);
          const amount = 1n + balance / BigInt(2 + random.index(3));
          const key = holdingKey(keyOf(holding));
          return { ...key, value: key.leafKind === LeafKind.account ? amount << 64n : amount };
        }),
      );
      const tree = StateTree.genesis(leaves, { compressor: referenceCompressor });
      await chain.settle({ newStateRoot: digestToHex(tree.root), ...(await pendingOperations(chain)) });
      const first = Number(chain.last.priorityOpTotal);
      const tokenDeposit = BigInt(1 + random.index(1000));
      await depositToken(ecosystem, chain, assets[1]!, tokenDeposit);
      await chain.request({}, 2n * 10n ** 6n);
      await ecosystem.increaseTime(2_000n);
      await send(chain.contract, "activateExit");

      const claims = [...holdings, ...holdings].map((holding) => async (): Promise<void> => {
        const { amount, proof } = proveHolding(tree, keyOf(holding))!;
        const part = random.index(2) === 0 ? amount : 1n + amount / 2n;
        const exit = as(ecosystem.stateExit, ecosystem.accounts[holding.account]!);
        await attempt("holding", send(exit, "claimHolding", chainId, holding.of, part, addressOf(0xbeef), proof));
      });
      const depositor = ecosystem.accounts[0]!.address;
      const refunds = [first, first + 1].flatMap((index) => [
        async () => attempt("operation", send(chain.contract, "refundOperation", await operationAt(chain, index))),
        async () =>
          attempt(
            "deposit",
            send(chain.contract, "refundDeposit", index, { depositor, token: assets[1]!, amount: tokenDeposit }),
          ),
      ]);
      const steps = [...claims, ...refunds];
      while (steps.length > 0) await steps.splice(random.index(steps.length), 1)[0]!();
    }
    for (const what of ["holding", "refused holding", "operation", "deposit"]) {
      assert.ok(outcomes.has(what), `there is a ${what}: ${JSON.stringify([...outcomes])}`);
    }
  });

  /** A batch's share of whatever waits in the queue, every operation a success. */
  async function pendingOperations(chain: TestChain): Promise<Pick<BatchContent, "canonicalTxHashes" | "logs">> {
    const total = await view<bigint>(chain.contract, "getTotalPriorityTxs");
    const canonicalTxHashes: Hex[] = [];
    for (let i = chain.last.priorityOpTotal; i < total; i++) {
      canonicalTxHashes.push((await view<{ hash: Hex }>(chain.contract, "priorityOperation", i)).hash);
    }
    return { canonicalTxHashes, logs: canonicalTxHashes.map(() => ({ type: "priorityOp", success: true })) };
  }

  async function assertSums(bridge: string): Promise<void> {
    const held = [await ecosystem.l1.ethers.provider.getBalance(bridge), await view<bigint>(token, "balanceOf", bridge)];
    for (const [i, asset] of assets.entries()) {
      const accounts = await Promise.all(
        [...CHAIN_IDS, ...LATE_CHAIN_IDS].map((chainId) => accountsOf(ecosystem, chainId, asset)),
      );
      const sum = accounts.flat().reduce((total, amount) => total + amount, 0n);
      assert.equal(sum, held[i], `asset ${i}`);
    }
  }

  /** A batch with up to four asset messages whose amounts may exceed what the chain has. */
  async function settleRandomBatch(
    chainIndex: number,
    lateChainId: bigint,
    random: ReturnType<typeof createRandomness>,
    claims: PendingClaim[],
    failed: FailedDeposit[],
    deposits: { chain: number; asset: number; amount: bigint; hash: Hex }[],
    count: (name: string) => void,
  ): Promise<void> {
    const chain = chains[chainIndex]!;
    const snapshot = { last: chain.last, count: chain.batchCount };
    const total = await view<bigint>(chain.contract, "getTotalPriorityTxs");
    const hashes: Hex[] = [];
    for (let i = chain.last.priorityOpTotal; i < total; i++) {
      hashes.push((await view<{ hash: Hex }>(chain.contract, "priorityOperation", i)).hash);
    }
    const results = hashes.map((hash) => {
      const isDeposit = deposits.some((deposit) => deposit.hash === hash);
      return { type: "priorityOp", success: !isDeposit || random.index(2) === 0 } as const;
    });
    const messages: {
      log: PubdataLog & { type: "message" };
      kind: number;
      asset: number;
      amount: bigint;
      destinationChainId: bigint;
    }[] = [];
    for (let i = random.index(5); i > 0; i--) {
      const kind = ([1, 2, 3] as const)[random.index(3)]!;
      const asset = random.index(2);
      const [balance, , transit] = await accountsOf(ecosystem, CHAIN_IDS[chainIndex]!, assets[asset]!);
      const available = kind === 3 ? transit : balance;
      const amount = random.index(6) === 0 ? available + 1n : available / BigInt(2 + random.index(5));
      const destinationChainId =
        kind === 2 ? (CHAIN_IDS[random.index(6)] ?? lateChainId) : kind === 3 ? CHAIN_IDS[chainIndex]! : ecosystem.chainId;
      const originToken = asset === 0 ? ZERO_ADDRESS : assets[1]!;
      const log = assetMessage(ecosystem, {
        kind,
        destinationChainId,
        originToken,
        amount,
        recipient: addressOf(0xbeef),
        sender: ecosystem.accounts[0]!.address.toLowerCase() as Hex,
        nonce: nextNonce++,
      });
      messages.push({ log, kind, asset, amount, destinationChainId });
    }
    const formed = await chain.form({ canonicalTxHashes: hashes, logs: [...results, ...messages.map(({ log }) => log)] });
    const { stored } = await chain.commit(formed);
    await chain.prove(stored);
    try {
      await chain.execute(stored, formed);
    } catch (error) {
      assert.match(await errorOf(Promise.reject(error as Error)), /^(Balance|Transit)Overdraft/);
      await send(chain.contract, "revertBatches", ...(await chain.signRevert(snapshot.count)));
      [chain.last, chain.batchCount] = [snapshot.last, snapshot.count];
      count("overdraft");
      return;
    }
    count("batch");
    const isTaken = (await view<string>(ecosystem.factory, "getHyperchain", lateChainId)) !== ZERO_ADDRESS;
    for (const [i, { log, kind, asset, amount, destinationChainId }] of messages.entries()) {
      if (kind === 1) claims.push({ claim: claimOf(chain, formed, hashes.length + i, log), asset, amount });
      if (kind === 2 && destinationChainId === lateChainId && !isTaken) count("refused send");
    }
    for (const [index, result] of results.entries()) {
      const deposit = deposits.find(({ hash }) => hash === hashes[index]);
      if (deposit !== undefined && !result.success) failed.push({ ...deposit, formed, index });
    }
  }

  async function recover({ chain, amount, hash, formed, index }: FailedDeposit): Promise<string> {
    const user = ecosystem.accounts[0]!.address;
    const id = await view<string>(ecosystem.bridge, "assetId", assets[1]!);
    const data = AbiCoder.defaultAbiCoder().encode(["uint256", "address", "address"], [amount, user, assets[1]!]);
    const proof = l2LogProof(formed.logLeaves, index);
    const call = (): Promise<unknown> =>
      send(
        ecosystem.bridge,
        "bridgeRecoverFailedTransfer",
        CHAIN_IDS[chain]!,
        user,
        id,
        data,
        hash,
        formed.expected.batchNumber,
        index,
        0,
        proof,
      );
    try {
      await call();
    } catch (error) {
      // The chain sent the amount away although the deposit failed: a lie, and its own users' loss.
      assert.match(await errorOf(Promise.reject(error as Error)), /^BalanceOverdraft/);
      return "refused refund";
    }
    assert.match(await errorOf(call()), /^DepositAlreadyRefunded/);
    return "refund";
  }
});

import { keccak256, type BaseWallet } from "ethers";
import type { Chain } from "../../chain.ts";
import type { CallAnswer } from "../../questions/asked/question.ts";
import { hexQuantity, type Hex } from "../../../ground/protocol/hex.ts";
import { requirePredeploy } from "../../sequencer/missing-predeploys.ts";
import { signTransaction } from "../accounts/signed-transaction.ts";
import { nextPlace } from "../calls/asked-place.ts";
import type { Asking } from "../calls/asking.ts";
import type { RpcClient } from "../request/dispatch.ts";
import { RpcCode, RpcError } from "../request/json-rpc.ts";
import { askedBundle, bundleOf, requireLimits, type BundleRequest, type Carrier } from "./bundle.ts";
import { invalid } from "./operation-request.ts";
import { Offenders } from "./offenders.ts";
import { OperationPool, type PooledOperation, type SentBundle } from "./operation-pool.ts";
import { recipientsOf } from "./recipients.ts";
import { OperationCode, refusalOf, type Refusal } from "./refusal.ts";
import { unpaidUnits } from "./unit-gas.ts";
import { Transactions } from "./transactions.ts";
import type { UserOperation } from "./user-operation.ts";

/** Bundles that wait for blocks at a time: each round runs all of them, in the second EVM. */
const MAX_SENT = 8;

interface BundlerOptions {
  /** The chain's operator, who makes its blocks: bundles pay no fee, since fees would be paid to itself. */
  readonly wallet: BaseWallet;
  readonly nowMs: () => number;
}

/**
 * Takes user operations (ERC-4337) and puts each into a transaction of the operator's own: `handleOps([operation], coinbase)`.
 * The operator is the only one to make blocks, so nothing can come between a bundle and its check but other transactions of the
 * same block. An operation is checked when it comes, and once more on the state that its block begins with, behind the bundles
 * that are in the line before it; one that fails then is dropped, and its contract remembered.
 */
export class Bundler {
  readonly carrier: Carrier;
  readonly pool = new OperationPool();
  /** Transactions of operations that are in blocks. */
  readonly transactions = new Transactions();
  readonly #chain: Chain;
  readonly #ask: Asking;
  readonly #wallet: BaseWallet;
  readonly #offenders: Offenders;
  /** Counts returns of the chain to an earlier state: work that began before one ends. */
  #age = 0;
  #isAtWork = false;
  #isRepeatDue = false;

  constructor(chain: Chain, ask: Asking, { wallet, nowMs }: BundlerOptions) {
    this.#chain = chain;
    this.#ask = ask;
    this.#wallet = wallet;
    this.#offenders = new Offenders(nowMs);
    this.carrier = { bundler: wallet.address.toLowerCase() as Hex, beneficiary: chain.sequencer.nextEnvironment.coinbase };
    chain.index.onBlock(() => this.#wake());
    chain.index.onReturn(() => this.#empty());
  }

  /**
   * Takes an operation that has this hash. Resolves when it is in a block, or in the chain's pool where blocks are not made at
   * once. Rejects with RpcError.
   */
  async send(operation: UserOperation, entryPoint: Hex, hash: Hex, client: RpcClient | undefined): Promise<void> {
    if (this.pool.find(hash) !== undefined)
      throw new RpcError(RpcCode.rejected, `the user operation ${hash} waits already`, { code: "AlreadyKnown" });
    this.requireAdmitted(operation);
    requireLimits(operation, this.carrier.beneficiary, this.#chain.mempool);
    const bundle = bundleOf(operation, entryPoint, this.carrier);
    this.pool.requireRoom(operation);
    const before = this.pool.ofSender(operation.sender).map((pooled) => pooled.bundle);
    const answers = await this.#run([...before, bundle], client, true);
    const answer = answers[before.length];
    if (answer === undefined) throw invalid("an operation of the same sender that waits before it fails");
    const refusal = this.#refusalOf(operation, answer);
    if (refusal !== undefined) throw refusal.error;
    const notAllowed = this.#chain.admission.refusalOfRun(bundle, answer);
    if (notAllowed !== undefined) throw notAllowed;
    for (const to of recipientsOf(answer)) await requirePredeploy(to, this.#chain.engine.state("now"));
    await new Promise<void>((accept, reject) => {
      this.pool.add({ hash, entryPoint, operation, bundle, accept, reject });
      this.#wake();
    });
  }

  /** Throws RpcError if the sender is on no list, or a contract of the operation is refused for a while. */
  requireAdmitted(operation: UserOperation): void {
    const excluded = this.#chain.admission.refusalOfSender(operation.sender);
    if (excluded !== undefined) throw excluded;
    this.#offenders.requireNone(operation);
  }

  /** Simulates bundles in the next block, in sequence; ends with the first that is invalid or interrupted. */
  async #run(
    bundles: readonly BundleRequest[],
    client: RpcClient | undefined,
    logsTransfers = false,
  ): Promise<readonly CallAnswer[]> {
    const { at, block } = nextPlace(this.#chain);
    const calls = bundles.map(askedBundle);
    const blocks = [{ block, overrides: [], calls }];
    const [answer] = await this.#ask("simulate", { at, blocks, logsTransfers, checks: "none" }, client);
    return answer?.calls ?? [];
  }

  /** Starts a round, or schedules another one after the current one. */
  #wake(): void {
    if (this.#isAtWork) {
      this.#isRepeatDue = true;
      return;
    }
    if (this.pool.waiting.length + this.pool.sent.length === 0) return;
    this.#isAtWork = true;
    void this.#work();
  }

  /** Never rejects. */
  async #work(): Promise<void> {
    do {
      this.#isRepeatDue = false;
      const age = this.#age;
      try {
        await this.#settle();
        if (age === this.#age) await this.#round(age);
      } catch (error) {
        // The chain no longer answers, or has stopped, so waiting operations cannot be executed.
        for (const pooled of this.pool.clear()) pooled.reject(error as Error);
      }
    } while (this.#isRepeatDue);
    this.#isAtWork = false;
  }

  /** Forgets what is in a block, and calls back the rest where something of it will never be. */
  async #settle(): Promise<void> {
    const { blocks, mempool } = this.#chain;
    let isBroken = false;
    for (const sent of this.pool.sent) {
      const place = blocks.place(sent.transactionHash);
      if (place !== undefined) await this.#included(sent, blocks.receipt(place)?.["status"] === "0x1");
      else if (mempool.find(sent.transactionHash) === undefined) {
        isBroken = true;
        this.#drop(sent.pooled, new RpcError(OperationCode.rejected, "the chain refused its transaction", { code: "Refused" }));
      }
    }
    if (isBroken) this.#withdrawBundles();
  }

  async #included({ pooled, transactionHash }: SentBundle, success: boolean): Promise<void> {
    this.pool.remove(pooled);
    if (success) {
      this.#offenders.included(pooled.operation);
      return this.transactions.add(pooled.hash, transactionHash);
    }
    const message = `its transaction ${transactionHash} reverted: another one of the block came between`;
    pooled.reject(new RpcError(OperationCode.rejected, message, { code: "Spoiled" }));
    // A block keeps no reason: if it fails still, the EntryPoint says whose contract it is.
    const [answer] = await this.#run([pooled.bundle], undefined);
    this.#blame(pooled, answer && this.#refusalOf(pooled.operation, answer));
  }

  /** Reason why an operation is refused whose transaction has this result. */
  #refusalOf(operation: UserOperation, answer: CallAnswer): Refusal | undefined {
    const { carrier } = this;
    return refusalOf(answer, operation, this.#chain.maxInstructions) ?? unpaidUnits(operation, carrier.beneficiary, answer);
  }

  #blame({ operation }: PooledOperation, refusal: Refusal | undefined): void {
    this.#offenders.add((refusal && operation[refusal.culprit]) ?? operation.sender);
  }

  /** Checks what is sent and what waits on the state of the next block, and sends what passes. */
  async #round(age: number): Promise<void> {
    const room = MAX_SENT - this.pool.sent.length;
    const candidates = this.pool.waiting.slice(0, room);
    for (const pooled of this.pool.waiting.slice(room)) pooled.accept();
    if (candidates.length === 0) return;
    const all = [...this.pool.sent.map(({ pooled }) => pooled), ...candidates];
    const answers = await this.#runWhatFits(all);
    if (age !== this.#age) return;
    const failed = all.filter((pooled, i) => {
      const answer = answers[i];
      // The run ended before it, or the others took its time: it waits for the next round.
      return answer !== undefined && !(answer.isLate && i > 0) && this.#fails(pooled, answer);
    });
    if (failed.some((pooled) => this.pool.sent.some((sent) => sent.pooled === pooled))) this.#withdrawBundles();
    for (const pooled of failed) this.pool.remove(pooled);
    if (failed.length > 0) {
      this.#isRepeatDue = true;
      return;
    }
    const passed = all.filter((pooled, i) => candidates.includes(pooled) && answers[i]?.receipt?.success === true);
    for (const pooled of passed) if (age === this.#age) await this.#submit(pooled);
    // What is left waits for the next block.
    for (const pooled of this.pool.waiting) pooled.accept();
  }

  /**
   * Simulates as many operations from the first as one answer permits; drops the first if it cannot run
   * alone.
   */
  async #runWhatFits(all: readonly PooledOperation[]): Promise<readonly CallAnswer[]> {
    for (let count = all.length; count > 0; count = Math.floor(count / 2)) {
      try {
        return await this.#run(
          all.slice(0, count).map(({ bundle }) => bundle),
          undefined,
        );
      } catch (error) {
        // Only what the calls say together can be too much (AnswerTooLarge): other errors end all questions.
        if (!(error instanceof RpcError) || error.code !== RpcCode.limitExceeded) throw error;
        const [first] = all;
        if (count === 1 && first !== undefined && this.pool.sent.length === 0) this.#drop(first, error);
      }
    }
    return [];
  }

  /** True if the operation will not be executed; its client receives the reason. */
  #fails(pooled: PooledOperation, answer: CallAnswer): boolean {
    const { operation } = pooled;
    const refusal = this.#refusalOf(operation, answer);
    if (refusal === undefined) return false;
    this.#blame(pooled, refusal);
    const sent = this.pool.sent.find((other) => other.pooled === pooled);
    // A transaction in a block cannot be withdrawn.
    if (sent !== undefined && !this.#chain.sequencer.drop(sent.transactionHash)) return false;
    pooled.reject(refusal.error);
    return true;
  }

  async #submit(pooled: PooledOperation): Promise<void> {
    const { chainId, mempool, engine } = this.#chain;
    const { bundler } = this.carrier;
    try {
      const nonce = mempool.nextNonce(bundler) ?? (await engine.state("now").account(bundler)).nonce;
      const gas = BigInt(pooled.bundle.gas);
      // The priority fee would be paid to the bundler itself.
      const request = { ...pooled.bundle, maxFeePerGas: hexQuantity(mempool.minGasPriceWei), maxPriorityFeePerGas: "0x0" };
      const raw = signTransaction(request, this.#wallet, {
        chainId: BigInt(chainId),
        nonce,
        gas,
        gasPriceWei: 0n,
        leastPaidWei: 0n,
      });
      const submitted = this.#chain.submit(raw);
      this.pool.markSent(pooled, keccak256(raw) as Hex);
      await submitted;
    } catch (error) {
      this.#drop(pooled, error as Error);
    }
    await this.#settle();
    pooled.accept();
  }

  /**
   * Withdraws all bundles that are not in a block from the chain's pool: their remaining operations are sent
   * again.
   */
  #withdrawBundles(): void {
    for (const { pooled, transactionHash } of this.pool.sent.toReversed())
      if (this.#chain.sequencer.drop(transactionHash)) this.pool.recall(pooled);
    this.#isRepeatDue = true;
  }

  #drop(pooled: PooledOperation, error: Error): void {
    this.pool.remove(pooled);
    pooled.reject(error);
  }

  /** The chain is back at an earlier state, in which other operations may have been sent. */
  #empty(): void {
    this.#age++;
    const error = new RpcError(
      RpcCode.rejected,
      "the chain has returned to an earlier state, and user operations that waited are dropped: send the operation again",
      { code: "PoolEmptied" },
    );
    for (const pooled of this.pool.clear()) pooled.reject(error);
  }
}

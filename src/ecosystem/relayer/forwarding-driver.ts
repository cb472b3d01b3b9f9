import { Interface, type Provider, type Signer, type TransactionResponse } from "ethers";
import { sharedBridgeAbi } from "../../ground/abi/shared-bridge.ts";
import type { Hex } from "../../ground/protocol/hex.ts";
import type { ChainId } from "../../ground/protocol/ids.ts";
import { PREDEPLOYS } from "../../ground/protocol/predeploys.ts";
import type { L1View } from "../../chain/settlement-layer/reader/l1-view.ts";
import { Attempts } from "./attempts.ts";
import type { ChainEvent } from "./chain-view.ts";
import type { DeliveryPolicy } from "./delivery-policy.ts";
import { claimantOf, FORWARDING_STEPS, forwarders, readHops, type ForwardingHop } from "./forwarding.ts";
import { ForwardingBook, leavingMoney, type ForwardingTask, type LeavingMoney, type Withdrawal } from "./forwarding-book.ts";
import { proveWithdrawal, type WithdrawalClaim } from "./inclusion-proof.ts";
import { RoundOver, type OwnAccount, type SendingRound, type SentTransaction } from "./own-account.ts";
import { QueueView } from "./queue-view.ts";
import { contractErrorOf } from "./refusal.ts";

/** Settlement layer of chains: L1, or a chain. */
export interface ForwardingLayer {
  readonly chainId: ChainId;
  readonly bridge: Hex;
  /** Factory of the chains that settle there. */
  readonly factory: Hex;
  /** `Forwarders.sol` there. */
  readonly forwarders: Hex | undefined;
  /** Deploys the forwarders before the first call; absent if they exist. */
  readonly putForwarders?: (() => Promise<unknown>) | undefined;
  /** Polled before, by its relayer. */
  readonly view: Pick<L1View, "messages">;
  /** Pays there. Connected to the layer. */
  readonly signer: Signer;
  /** The signer's, with all that this process sends there. */
  readonly account: OwnAccount;
  readonly fromBlock: number;
  readonly policy: DeliveryPolicy;
}

export interface ForwardedChain {
  readonly chainId: ChainId;
  readonly hyperchain: Hex;
  /** Chain id of its settlement layer. */
  readonly layerId: ChainId;
  readonly provider: Provider;
}

interface ForwardingDriverOptions {
  readonly layers: readonly ForwardingLayer[];
  readonly chains: readonly ForwardedChain[];
}

/** More tasks wait for the next look. */
const MAX_TASKS_PER_LOOK = 32;
/** A stranger's refund makes an attempt with 1,000,000 gas first (`Forwarders.sol`). */
const MAX_GAS = 4_000_000n;

const bridge = new Interface(sharedBridgeAbi);
const erc20 = new Interface(["function balanceOf(address) view returns (uint256)"]);

/**
 * Carries money over the chains between its sender and its recipient, as anyone may: it has what was withdrawn to a forwarder
 * or by one paid, and forwarders send on what they have, or refund it. It spends on a step no more than its part of the fee.
 */
export class ForwardingDriver {
  readonly #layers: ReadonlyMap<ChainId, ForwardingLayer>;
  readonly #chains: readonly { readonly chain: ForwardedChain; readonly queue: QueueView | undefined }[];
  readonly #book: ForwardingBook;
  readonly #attempts = new Attempts<ForwardingTask>();
  /** Money that left a chain, of which the way is not known yet. */
  #leaving: readonly LeavingMoney[] = [];
  /** Pending transactions of tasks, each with a flag that tells if the task is done afterwards. */
  readonly #underWay = new Map<ForwardingTask, Step>();
  /** Sending rounds of this look, by layer. */
  readonly #rounds = new Map<ChainId, SendingRound>();
  /** The look before could not send all that it had. */
  #isCutOff = false;
  /** The first task of the next look: what waits does not hold others up. */
  #turn = 0;

  constructor({ layers, chains }: ForwardingDriverOptions) {
    this.#layers = new Map(layers.map((layer) => [layer.chainId, layer]));
    const contracts = layers.flatMap(({ chainId, factory, forwarders }) =>
      forwarders === undefined ? [] : [[chainId, { forwarders, factory }] as const],
    );
    this.#book = new ForwardingBook(new Map(contracts));
    this.#chains = chains.map((chain) => ({ chain, queue: this.#queueOf(chain) }));
  }

  /** Takes the next event of a chain. */
  take(chainId: ChainId, event: ChainEvent): void {
    const leaving = leavingMoney(chainId, event);
    if (leaving !== undefined && this.#layers.has(leaving.transfer.destinationChainId))
      this.#leaving = [...this.#leaving, leaving];
  }

  /** Drops all events of these chains in an outdated state. */
  forget(chainIds: ReadonlySet<ChainId>): void {
    this.#book.forget(chainIds);
    this.#leaving = this.#leaving.filter(({ sourceChainId }) => !chainIds.has(sourceChainId));
    for (const { chain, queue } of this.#chains) if (chainIds.has(chain.chainId)) queue?.forget();
    for (const task of this.#underWay.keys()) if (!this.#book.has(task)) this.#underWay.delete(task);
  }

  /** Transactions that wait for their blocks. */
  get waiting(): number {
    return this.#underWay.size;
  }

  /** Resolves when the nodes have answered what was sent: one that makes blocks at once has made its by then. */
  async answered(): Promise<void> {
    await Promise.all([...this.#layers.values()].map(({ account }) => account.answered()));
  }

  /**
   * Takes every possible step, and waits for no block. Resolves with true if another look can continue
   * immediately after those blocks. Rejects with a provider's error. Calls must not overlap, nor with
   * `finish`.
   */
  async look(): Promise<boolean> {
    await this.finish();
    const before = this.waiting;
    for (const [chainId, { account }] of this.#layers) this.#rounds.set(chainId, account.beginRound());
    await this.#read();
    this.#attempts.look();
    const tasks = this.#book.tasks();
    const due = [...tasks.slice(this.#turn), ...tasks.slice(0, this.#turn)].filter(
      (task) => !this.#underWay.has(task) && this.#attempts.isDue(task),
    );
    this.#turn = tasks.length <= MAX_TASKS_PER_LOOK ? 0 : (this.#turn + MAX_TASKS_PER_LOOK) % tasks.length;
    let isCutOff = false;
    for (const task of due.slice(0, MAX_TASKS_PER_LOOK)) isCutOff = (await this.#tryTask(task)) || isCutOff;
    const wasCutOff = this.#isCutOff;
    this.#isCutOff = isCutOff;
    return this.waiting > before || (isCutOff && !wasCutOff);
  }

  /** Takes what became of what was sent. */
  async finish(): Promise<void> {
    for (const { account } of this.#layers.values()) if (account.waiting > 0) await account.look();
    for (const [task, { sent, isLast }] of this.#underWay) {
      const { outcome } = sent;
      if (outcome === undefined) continue;
      this.#underWay.delete(task);
      if (outcome.state === "lost") this.#attempts.fail(task, outcome.error);
      // A step that succeeds in an estimate and fails in a transaction would cost gas forever, so it is paid
      // for only once.
      else if (outcome.receipt.status !== 1) this.#attempts.giveUp(task);
      else if (isLast) this.#book.done(task);
    }
  }

  /** Learns what the chains and their queues say that is new. */
  async #read(): Promise<void> {
    const arrivals: Arrival[] = [];
    for (const { chain, queue } of this.#chains) {
      const queued = (await queue?.poll()) ?? { requests: [], isAnew: false };
      // What is read again from the first block is learned twice, which only asks a forwarder twice.
      if (queued.isAnew) queue?.forget();
      for (const { input, recipients } of queued.requests) {
        const hops = readHops(input);
        this.#book.learn(hops);
        arrivals.push({ chain, recipients, hops: hops.filter(({ chainId }) => chainId === chain.chainId) });
      }
    }
    const movements: Movement[] = [];
    const taken = this.#leaving;
    for (const leaving of taken) {
      const chain = this.#chains.find((each) => each.chain.chainId === leaving.sourceChainId)?.chain;
      if (chain === undefined) continue;
      const transaction = await chain.provider.getTransaction(leaving.transactionHash);
      this.#book.learn(readHops(transaction?.data ?? "0x"));
      movements.push({ chain, leaving, by: transaction });
    }
    const left = new Set(this.#leaving);
    this.#leaving = this.#leaving.filter((leaving) => !taken.includes(leaving));
    // The route of one chain's money may have been announced on another chain, which was read later.
    for (const movement of movements) if (left.has(movement.leaving)) await this.#take(movement);
    for (const arrival of arrivals) this.#expect(arrival);
  }

  /**
   * Expects money that a forwarder of the layer below has queued. The queue has no route: the recipient's
   * address represents it.
   */
  #expect({ chain: { chainId }, hops, recipients }: Arrival): void {
    const found = hops.length > 0 ? hops : recipients.map((recipient) => this.#book.hopAt(chainId, recipient));
    for (const hop of found) if (hop !== undefined) this.#book.expect(hop);
  }

  async #take({ chain: { chainId, layerId }, leaving, by }: Movement): Promise<void> {
    this.#book.take(leaving);
    const { sender, destinationChainId } = leaving.transfer;
    const hop = this.#book.hopAt(chainId, sender);
    const own = await this.#layers.get(chainId)?.signer.getAddress();
    if (hop === undefined || destinationChainId !== layerId || by === null || own === undefined) return;
    this.#book.follow(hop, leaving, by, own);
  }

  /** Queue of a chain on which other chains settle, from which deposits can continue. */
  #queueOf({ chainId, hyperchain, layerId }: ForwardedChain): QueueView | undefined {
    const layer = this.#layers.get(layerId);
    const provider = layer?.signer.provider ?? undefined;
    if (!this.#layers.has(chainId) || layer === undefined || provider === undefined) return undefined;
    return new QueueView({ hyperchain, fromBlock: layer.fromBlock }, { provider });
  }

  /** Resolves with whether nothing more could be sent in this round. */
  async #tryTask(task: ForwardingTask): Promise<boolean> {
    try {
      const step = await (task.type === "claim" ? this.#claim(task) : this.#forward(task));
      if (step === "done") this.#book.done(task);
      else if (step !== "waits") this.#underWay.set(task, step);
    } catch (error) {
      if (error instanceof RoundOver) return true;
      this.#attempts.fail(task, error);
    }
    return false;
  }

  async #claim({ hop, withdrawal }: ForwardingTask & { readonly type: "claim" }): Promise<Progress> {
    const found = await this.#find(withdrawal);
    if (found?.state !== "ready") return found?.state === "paid" ? "done" : "waits";
    return this.#send(found.layer, { to: found.layer.bridge, data: claimCall(found.claim) }, stepReward(hop));
  }

  /** Sends the money of a task on, or refunds it in the end. */
  async #forward(task: ForwardingTask & { readonly type: "forward" }): Promise<Progress> {
    const { hop, forwarder, withdrawal, paysFee } = task;
    const { forwarding, chainId } = hop;
    const layer = this.#layers.get(chainId);
    if (layer?.forwarders === undefined) return "waits";
    const { forwarders: to } = layer;
    const on = (name: string, ...args: readonly unknown[]): Call => ({
      to,
      data: forwarders.encodeFunctionData(name, [...args, forwarding, forwarding.token]) as Hex,
    });
    const found = withdrawal === undefined ? undefined : await this.#find(withdrawal);
    if (withdrawal !== undefined && found === undefined) return "waits";
    const claimant = claimantOf(hop);
    if (claimant !== undefined) return this.#pay(layer, task, { claimant, found, on });
    if (found?.state === "ready") {
      const reward = paysFee ? stepReward(hop) : 0n;
      const claimed = await this.#sendUnlessRefused(layer, on("claimAndForward", layer.bridge, found.claim), reward);
      if (claimed !== undefined) return claimed;
      // It brings nothing: once it is paid there, its sender can take it back without the fee.
      const step = await this.#send(layer, { to: layer.bridge, data: claimCall(found.claim) }, 0n);
      return { ...step, isLast: false };
    }
    const balance = await balanceOf(layer.signer, forwarding.token, forwarder);
    if (balance === 0n) {
      if (found !== undefined) return "done";
      throw new Error(`forwarder ${forwarder} has received nothing`);
    }
    const reward = balance > forwarding.fee ? stepReward(hop) : 0n;
    const sentOn = await this.#sendUnlessRefused(layer, on("forward"), reward);
    if (sentOn !== undefined) return sentOn;
    await requireNoCode(layer.signer, forwarding.refundTo);
    return this.#send(layer, on("refund"), reward);
  }

  /** A withdrawal where its chain settles; undefined while its batch is not executed there. */
  async #find({ sourceChainId, sender, messageHash }: Withdrawal): Promise<FoundWithdrawal | undefined> {
    const layer = this.#layers.get(this.#chains.find(({ chain }) => chain.chainId === sourceChainId)?.chain.layerId ?? 0n);
    const place = layer?.view.messages(sourceChainId, sender, messageHash).find(({ batch }) => batch.executed !== undefined);
    const claim = place === undefined ? undefined : proveWithdrawal(place);
    if (layer === undefined || place === undefined || claim === undefined) return undefined;
    const asked = bridge.encodeFunctionData("isWithdrawalFinalized", [sourceChainId, place.batch.batchNumber, place.index]);
    const answer = await layer.signer.call({ to: layer.bridge, data: asked });
    const isPaid = bridge.decodeFunctionResult("isWithdrawalFinalized", answer)[0] === true;
    return isPaid ? { state: "paid" } : { state: "ready", layer, claim };
  }

  /** Undefined where it was not sent, since a contract refuses what cannot be sent on. */
  async #sendUnlessRefused(layer: ForwardingLayer, call: Call, rewardWei: bigint): Promise<Step | undefined> {
    try {
      return await this.#send(layer, call, rewardWei);
    } catch (error) {
      if (contractErrorOf(error) === undefined) throw error;
      return undefined;
    }
  }

  /** Claims what pays its claimer. What cannot be paid is left in the bridge. */
  async #pay(
    layer: ForwardingLayer,
    { hop, forwarder, paysFee }: ForwardingTask & { readonly type: "forward" },
    { claimant, found, on }: PaidWay,
  ): Promise<Progress> {
    const { token, fee } = hop.forwarding;
    await requireNoCode(layer.signer, claimant);
    const held = found?.state === "ready" ? undefined : await balanceOf(layer.signer, token, forwarder);
    // Money that arrived earlier was its recipient's to take.
    if (held === 0n && found !== undefined) return "done";
    const call = found?.state === "ready" ? on("claimAndForward", layer.bridge, found.claim) : on("forward");
    const reward = (held === undefined ? paysFee : held > fee) ? stepReward(hop) : 0n;
    await putWhereMissing(layer, call, reward);
    return this.#send(layer, call, reward);
  }

  async #send({ chainId, account, policy }: ForwardingLayer, call: Call, rewardWei: bigint): Promise<Step> {
    const round = this.#rounds.get(chainId) ?? account.beginRound();
    return { sent: await round.send({ ...call, maxGas: MAX_GAS }, rewardWei, policy), isLast: true };
  }
}

/** A transaction for a task that waits for its block. */
interface Step {
  readonly sent: SentTransaction;
  /** Whether that is all there is to do. */
  readonly isLast: boolean;
}

/** Result of an attempt at a task. */
type Progress = Step | "done" | "waits";

/** Money that leaves a chain, and the transaction in which it did; null where the chain does not have it. */
interface Movement {
  readonly chain: ForwardedChain;
  readonly leaving: LeavingMoney;
  readonly by: Pick<TransactionResponse, "from" | "to"> | null;
}

/** Queued operation of a transaction for a chain, and the forwarders there that its sender names. */
interface Arrival {
  readonly chain: ForwardedChain;
  readonly hops: readonly ForwardingHop[];
  readonly recipients: readonly Hex[];
}

interface Call {
  readonly to: Hex;
  readonly data: Hex;
}

/** A way that ends where it is claimed, and the calls for it. */
interface PaidWay {
  readonly claimant: Hex;
  readonly found: FoundWithdrawal | undefined;
  readonly on: (name: string, ...args: readonly unknown[]) => Call;
}

type FoundWithdrawal =
  | { readonly state: "paid" }
  | { readonly state: "ready"; readonly layer: ForwardingLayer; readonly claim: WithdrawalClaim };

/** No claim takes less. */
const LEAST_CLAIM_GAS = 150_000n;

/**
 * Deploys the contract if it is missing, because a call would then succeed and do nothing. It is deployed
 * once for all claims, when one offers the costs of a claim; throws an Error for less.
 */
async function putWhereMissing(
  { signer, account, putForwarders }: ForwardingLayer,
  { to }: Call,
  rewardWei: bigint,
): Promise<void> {
  if (putForwarders === undefined || (await signer.provider?.getCode(to)) !== "0x") return;
  const gasPrice = (await signer.provider?.getFeeData())?.gasPrice ?? 0n;
  if (rewardWei < gasPrice * LEAST_CLAIM_GAS) throw new Error(`its fee of ${rewardWei} pays for no claim`);
  await putForwarders();
  account.acceptOthers();
}

/** Throws an Error for an account whose code runs when it is paid: that can let an estimate succeed and no transaction. */
async function requireNoCode({ provider }: Signer, account: Hex): Promise<void> {
  if ((await provider?.getCode(account)) !== "0x") throw new Error(`${account} has code: it has its own money paid or refunded`);
}

function claimCall(claim: WithdrawalClaim): Hex {
  return bridge.encodeFunctionData("finalizeDeposit", [claim]) as Hex;
}

/**
 * Maximum cost of a step of a forwarding: its part of the fee, if that is paid in coin; tokens count as
 * nothing.
 */
function stepReward(hop: ForwardingHop): bigint {
  const { token, fee } = hop.forwarding;
  if (token !== PREDEPLOYS.L2BaseToken) return 0n;
  // What ends where it is claimed takes one step.
  return claimantOf(hop) === undefined ? fee / FORWARDING_STEPS : fee;
}

async function balanceOf(signer: Signer, token: Hex, account: Hex): Promise<bigint> {
  if (token === PREDEPLOYS.L2BaseToken) return (await signer.provider?.getBalance(account)) ?? 0n;
  const answer = await signer.call({ to: token, data: erc20.encodeFunctionData("balanceOf", [account]) }).catch(() => "0x");
  return answer.length === 66 ? BigInt(answer) : 0n;
}

import { Interface } from "ethers";
import type { Provider, Signer, TransactionResponse } from "ethers";
import { sharedBridgeAbi } from "../abi/shared-bridge.ts";
import type { Hex } from "../protocol/hex.ts";
import type { ChainId } from "../protocol/ids.ts";
import { PREDEPLOYS } from "../protocol/predeploys.ts";
import type { L1View } from "../settlement-layer/reader/l1-view.ts";
import { Attempts } from "./attempts.ts";
import { ChainView } from "./chain-view.ts";
import type { DeliveryPolicy } from "./delivery-policy.ts";
import { claimantOf, FORWARDING_STEPS, forwarders, readHops } from "./forwarding.ts";
import type { ForwardingHop } from "./forwarding.ts";
import { ForwardingBook, leavingMoney } from "./forwarding-book.ts";
import type { ForwardingTask, LeavingMoney, Withdrawal } from "./forwarding-book.ts";
import { proveWithdrawal } from "./inclusion-proof.ts";
import type { WithdrawalClaim } from "./inclusion-proof.ts";
import { PaidFailure, sendOwn } from "./own-transaction.ts";
import { QueueView } from "./queue-view.ts";
import { contractErrorOf } from "./refusal.ts";

/** What chains settle on: L1, or a chain. */
export interface ForwardingLayer {
  readonly chainId: ChainId;
  readonly bridge: Hex;
  /** Of the chains that settle there. */
  readonly factory: Hex;
  /** `Forwarders.sol` there. */
  readonly forwarders: Hex | undefined;
  /** Has it be there before the first call; absent where it is. */
  readonly putForwarders?: (() => Promise<unknown>) | undefined;
  /** Polled before, by its relayer. */
  readonly view: Pick<L1View, "messages">;
  /** Pays there. Connected to the layer; no other code may send from it meanwhile. */
  readonly signer: Signer;
  readonly fromBlock: number;
  readonly policy: DeliveryPolicy;
}

export interface ForwardedChain {
  readonly chainId: ChainId;
  readonly hyperchain: Hex;
  /** Where it settles. */
  readonly layerId: ChainId;
  readonly provider: Provider;
}

export interface ForwardingDriverOptions {
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
  readonly #chains: readonly {
    readonly chain: ForwardedChain;
    readonly view: ChainView;
    readonly queue: QueueView | undefined;
  }[];
  readonly #book: ForwardingBook;
  readonly #attempts = new Attempts<ForwardingTask>();
  /** The first task of the next look: what waits does not hold others up. */
  #turn = 0;

  constructor({ layers, chains }: ForwardingDriverOptions) {
    this.#layers = new Map(layers.map((layer) => [layer.chainId, layer]));
    const contracts = layers.flatMap(({ chainId, factory, forwarders }) =>
      forwarders === undefined ? [] : [[chainId, { forwarders, factory }] as const],
    );
    this.#book = new ForwardingBook(new Map(contracts));
    this.#chains = chains.map((chain) => ({
      chain,
      view: new ChainView({ chainId: chain.chainId }, { provider: chain.provider }),
      queue: this.#queueOf(chain),
    }));
  }

  /** Looks at the chains and takes every step that can be taken. Rejects with a provider's error. */
  async poll(): Promise<void> {
    try {
      await this.#read();
    } catch (error) {
      // Events that were read and not taken would be lost.
      this.#forget();
      throw error;
    }
    this.#attempts.look();
    const tasks = this.#book.tasks();
    const due = [...tasks.slice(this.#turn), ...tasks.slice(0, this.#turn)].filter((task) => this.#attempts.isDue(task));
    this.#turn = tasks.length <= MAX_TASKS_PER_LOOK ? 0 : (this.#turn + MAX_TASKS_PER_LOOK) % tasks.length;
    for (const task of due.slice(0, MAX_TASKS_PER_LOOK)) await this.#tryTask(task);
  }

  /** Learns what the chains and their queues say that is new. */
  async #read(): Promise<void> {
    const movements: Movement[] = [];
    const arrivals: Arrival[] = [];
    for (const { chain, view, queue } of this.#chains) {
      const { events, isAnew } = await view.poll();
      const queued = (await queue?.poll()) ?? { requests: [], isAnew: false };
      if (isAnew || queued.isAnew) return this.#readAnew();
      for (const event of events) {
        const leaving = leavingMoney(chain.chainId, event);
        if (leaving === undefined || !this.#layers.has(leaving.transfer.destinationChainId)) continue;
        const transaction = await chain.provider.getTransaction(leaving.transactionHash);
        this.#book.learn(readHops(transaction?.data ?? "0x"));
        movements.push({ chain, leaving, by: transaction });
      }
      for (const { input, recipients } of queued.requests) {
        const hops = readHops(input);
        this.#book.learn(hops);
        arrivals.push({ chain, recipients, hops: hops.filter(({ chainId }) => chainId === chain.chainId) });
      }
    }
    // The way of what one chain sent may have been told on another, which was read after it.
    for (const movement of movements) await this.#take(movement);
    for (const arrival of arrivals) this.#expect(arrival);
  }

  /** What a forwarder of the layer below has queued says nothing of the way: its recipient does. */
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

  async #readAnew(): Promise<void> {
    this.#forget();
    await this.#read();
  }

  /** What was seen belongs to a state that is gone, or was not taken whole. */
  #forget(): void {
    this.#book.forget();
    for (const { view, queue } of this.#chains) {
      view.forget();
      queue?.forget();
    }
  }

  /** Deposits to chains on which others settle can go on from there. */
  #queueOf({ chainId, hyperchain, layerId }: ForwardedChain): QueueView | undefined {
    const layer = this.#layers.get(layerId);
    const provider = layer?.signer.provider ?? undefined;
    if (!this.#layers.has(chainId) || layer === undefined || provider === undefined) return undefined;
    return new QueueView({ hyperchain, fromBlock: layer.fromBlock }, { provider });
  }

  async #tryTask(task: ForwardingTask): Promise<void> {
    try {
      if (await (task.type === "claim" ? this.#claim(task) : this.#forward(task))) this.#book.done(task);
    } catch (error) {
      // It was paid for once: what succeeds in an estimate and fails in a transaction would be paid for without end.
      if (error instanceof PaidFailure) this.#attempts.giveUp(task);
      else this.#attempts.fail(task, error);
    }
  }

  /** Resolves with whether it is paid. */
  async #claim({ hop, withdrawal }: ForwardingTask & { readonly type: "claim" }): Promise<boolean> {
    const found = await this.#find(withdrawal);
    if (found?.state !== "ready") return found?.state === "paid";
    await this.#send(found.layer, { to: found.layer.bridge, data: claimCall(found.claim) }, stepReward(hop));
    return true;
  }

  /** Resolves with whether it was sent on or refunded. */
  async #forward(task: ForwardingTask & { readonly type: "forward" }): Promise<boolean> {
    const { hop, forwarder, withdrawal, paysFee } = task;
    const { forwarding, chainId } = hop;
    const layer = this.#layers.get(chainId);
    if (layer?.forwarders === undefined) return false;
    const { forwarders: to } = layer;
    const on = (name: string, ...args: readonly unknown[]): Call => ({
      to,
      data: forwarders.encodeFunctionData(name, [...args, forwarding, forwarding.token]) as Hex,
    });
    const found = withdrawal === undefined ? undefined : await this.#find(withdrawal);
    if (withdrawal !== undefined && found === undefined) return false;
    const claimant = claimantOf(hop);
    if (claimant !== undefined) return this.#pay(layer, task, { claimant, found, on });
    if (found?.state === "ready") {
      const reward = paysFee ? stepReward(hop) : 0n;
      const claimed = await this.#sendUnlessRefused(layer, on("claimAndForward", layer.bridge, found.claim), reward);
      if (claimed) return true;
      // It brings nothing: once it is paid there, its sender can take it back without the fee.
      await this.#send(layer, { to: layer.bridge, data: claimCall(found.claim) }, 0n);
    }
    const balance = await balanceOf(layer.signer, forwarding.token, forwarder);
    if (balance === 0n) {
      if (found !== undefined) return true;
      throw new Error(`nothing has come to forwarder ${forwarder}`);
    }
    const reward = balance > forwarding.fee ? stepReward(hop) : 0n;
    if (await this.#sendUnlessRefused(layer, on("forward"), reward)) return true;
    await requireNoCode(layer.signer, forwarding.refundTo);
    await this.#send(layer, on("refund"), reward);
    return true;
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

  /** Resolves with whether it was sent; a contract refuses what cannot be sent on. */
  async #sendUnlessRefused(layer: ForwardingLayer, call: Call, rewardWei: bigint): Promise<boolean> {
    try {
      await this.#send(layer, call, rewardWei);
      return true;
    } catch (error) {
      if (contractErrorOf(error) === undefined) throw error;
      return false;
    }
  }

  /** Claims what pays its claimer; resolves with whether its recipient has it. What cannot be paid is left in the bridge. */
  async #pay(
    layer: ForwardingLayer,
    { hop, forwarder, paysFee }: ForwardingTask & { readonly type: "forward" },
    { claimant, found, on }: PaidWay,
  ): Promise<boolean> {
    const { token, fee } = hop.forwarding;
    await requireNoCode(layer.signer, claimant);
    const held = found?.state === "ready" ? undefined : await balanceOf(layer.signer, token, forwarder);
    // What was there before was its recipient's to take.
    if (held === 0n && found !== undefined) return true;
    const call = found?.state === "ready" ? on("claimAndForward", layer.bridge, found.claim) : on("forward");
    const reward = (held === undefined ? paysFee : held > fee) ? stepReward(hop) : 0n;
    await putWhereMissing(layer, call, reward);
    await this.#send(layer, call, reward);
    return true;
  }

  async #send({ chainId, signer, policy }: ForwardingLayer, call: Call, rewardWei: bigint): Promise<void> {
    const { provider } = signer;
    if (provider === null) throw new TypeError(`the signer for chain ${chainId} has no provider`);
    await sendOwn({ ...call, maxGas: MAX_GAS }, rewardWei, policy, { signer, provider });
  }
}

/** Money that leaves a chain, and the transaction in which it did; null where the chain does not have it. */
interface Movement {
  readonly chain: ForwardedChain;
  readonly leaving: LeavingMoney;
  readonly by: Pick<TransactionResponse, "from" | "to"> | null;
}

/** What a transaction queued for a chain, and the forwarders there that its sender names. */
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
 * Has the contract be there: a call where it is missing would succeed and do nothing. It is put there once for all claims,
 * when one offers what a claim costs; throws an Error for less.
 */
async function putWhereMissing({ signer, putForwarders }: ForwardingLayer, { to }: Call, rewardWei: bigint): Promise<void> {
  if (putForwarders === undefined || (await signer.provider?.getCode(to)) !== "0x") return;
  const gasPrice = (await signer.provider?.getFeeData())?.gasPrice ?? 0n;
  if (rewardWei < gasPrice * LEAST_CLAIM_GAS) throw new Error(`its fee of ${rewardWei} pays for no claim`);
  await putForwarders();
}

/** Throws an Error for an account whose code runs when it is paid: that can let an estimate succeed and no transaction. */
async function requireNoCode({ provider }: Signer, account: Hex): Promise<void> {
  if ((await provider?.getCode(account)) !== "0x") throw new Error(`${account} has code: it has its own money paid or refunded`);
}

function claimCall(claim: WithdrawalClaim): Hex {
  return bridge.encodeFunctionData("finalizeDeposit", [claim]) as Hex;
}

/** What a step of a forwarding may cost: its part of the fee, where that is paid in coin; tokens count as nothing. */
export function stepReward(hop: ForwardingHop): bigint {
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

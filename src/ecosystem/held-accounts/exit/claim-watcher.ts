import type { Signer } from "ethers";
import { findChain, type ChainName, type Ecosystem } from "../../client/ecosystem/ecosystem.ts";
import { ecosystemOf } from "../../client/ecosystem/settlement-base.ts";
import { viewL1 } from "../../client/messages/withdraw.ts";
import { topicOf } from "../../client/sending/contract-interfaces.ts";
import { senderOn, submit, type Sender } from "../../client/sending/submit.ts";
import { wordToHex, type Hex } from "../../../ground/protocol/hex.ts";
import type { L1View } from "../../../chain/settlement-layer/reader/l1-view.ts";
import { DEFAULT_BLOCKS_PER_PAGE, readLogs } from "../../../chain/settlement-layer/reader/log-pages.ts";
import { heldExit, heldExitOf } from "./exit-contract.ts";
import { HeldRecord } from "./held-record.ts";

/** Stale claim that the watcher has refuted. */
export interface RefutedClaim {
  /** Number of the account. */
  readonly number: number;
  /** Wei that the watcher received. */
  readonly bondWei: bigint;
  readonly transactionHash: Hex;
}

interface OpenClaim {
  readonly number: number;
  readonly listing: bigint;
  readonly bondWei: bigint;
}

/**
 * Watches claims of held accounts of a stopped chain, and refutes the stale ones. One honest watcher of L1 protects all owners,
 * and needs L1's data alone.
 */
export class ClaimWatcher {
  readonly #chainId: bigint;
  readonly #bridge: Hex;
  readonly #fromBlock: number;
  readonly #sender: Sender;
  readonly #view: L1View;

  private constructor(chainId: bigint, fromBlock: number, bridge: Hex, sender: Sender, view: L1View) {
    this.#chainId = chainId;
    this.#fromBlock = fromBlock;
    this.#bridge = bridge;
    this.#sender = sender;
    this.#view = view;
  }

  /** Connects to the layer that settles the chain. `signer` is on that layer, pays the gas and receives the bonds. */
  static async connect(all: Ecosystem, name: ChainName, signer: Signer): Promise<ClaimWatcher> {
    const chain = findChain(all, name);
    const ecosystem = ecosystemOf(all, chain);
    const { contracts, fromBlock = 0 } = ecosystem.l1;
    const sender = await senderOn(signer, ecosystem.l1);
    const view = viewL1({ ...ecosystem, chains: [chain] }, sender.provider);
    return new ClaimWatcher(BigInt(chain.chainId), fromBlock, contracts.bridge, sender, view);
  }

  /** Refutes the claims that have a later listing. Rejects with HeldAccountError IncompleteRecord, and with ClientError. */
  async refuteStale(): Promise<readonly RefutedClaim[]> {
    const to = await heldExitOf(this.#bridge, this.#sender.provider);
    if (to === undefined) return [];
    const claims = await this.#openClaims(to);
    if (claims.length === 0) return [];
    const record = await HeldRecord.read(this.#view, this.#chainId);
    const refuted: RefutedClaim[] = [];
    for (const { number, listing, bondWei } of claims) {
      const last = record.lastListing(number);
      if (last === undefined || last.order <= listing) continue;
      const data = heldExit.encodeFunctionData("refute", [this.#chainId, number, last.sent(), last.index]);
      const { hash } = await submit(this.#sender, { to, data });
      refuted.push({ number, bondWei, transactionHash: hash as Hex });
    }
    return refuted;
  }

  /** Claims that can be refuted. */
  async #openClaims(to: Hex): Promise<readonly OpenClaim[]> {
    const { provider } = this.#sender;
    const block = await provider.getBlock("latest");
    const topics = [topicOf(heldExit, "AccountClaimed"), wordToHex(this.#chainId)];
    const question = { address: to, topics, fromBlock: this.#fromBlock, toBlock: block?.number ?? 0 };
    const logs = await readLogs(provider, question, DEFAULT_BLOCKS_PER_PAGE);
    const numbers = new Set(logs.flatMap((log) => (heldExit.parseLog(log)?.args["number"] as bigint | undefined) ?? []));
    const open: OpenClaim[] = [];
    for (const number of numbers) {
      const answer = await provider.call({ to, data: heldExit.encodeFunctionData("claimOf", [this.#chainId, number]) });
      const [claim] = heldExit.decodeFunctionResult("claimOf", answer);
      const { listing, payableAt, bond } = claim as Record<"listing" | "payableAt" | "bond", bigint>;
      // A refuted claim is payable at 0.
      if (BigInt(block?.timestamp ?? 0) < payableAt) open.push({ number: Number(number), listing, bondWei: bond });
    }
    return open;
  }
}

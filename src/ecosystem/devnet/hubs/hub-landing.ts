import { Contract, Interface, isCallException, type Result, type Signer, type TransactionReceipt } from "ethers";
import { hubAbi } from "../../../ground/abi/hub.ts";
import { evidenceOf, firstHubHeader, type HubBlock, type HubBlockOnL1 } from "../../hub/hub-block.ts";
import type { HubCertificate } from "../../hub/hub-certificate.ts";
import { HubState } from "../../hub/hub-state.ts";
import { hexQuantity, toHex, type Hex } from "../../../ground/protocol/hex.ts";
import { hashHubHeader, type HubHeader } from "../../../ground/protocol/hub-header.ts";
import { plainStoredBatch } from "../../../chain/settlement-layer/reader/l1-event.ts";
import type { SendingProvider } from "../../../chain/settlement-layer/facts/judge.ts";
import type { ShownExecution } from "../../../ground/protocol/shown-execution.ts";
import { lowerCaseAddress } from "../accounts/accounts.ts";
import { findLanding, readLanding, readPublished } from "../view/batches/proof-of-hub.ts";

/** Aggregators of a hub until L1 counts others. */
export interface HubEpoch {
  readonly number: number;
  /** Addresses in lower case, in ascending order: an aggregator's index is its position. */
  readonly aggregators: readonly Hex[];
}

/** An epoch that L1 does not count yet. */
export interface ScheduledEpoch extends HubEpoch {
  /** Second on L1 at which it begins to count. */
  readonly since: number;
}

const hubInterface = new Interface(hubAbi);

/** Contract of a hub on L1, from an account that pays for landings. */
export class HubOnL1 {
  readonly #hub: Hex;
  readonly #contract: Contract;
  readonly #provider: SendingProvider;

  constructor(hub: Hex, { provider, sender }: { readonly provider: SendingProvider; readonly sender: Signer }) {
    this.#hub = hub;
    this.#contract = new Contract(hub, hubAbi, sender);
    this.#provider = provider;
  }

  /** Newest header, of L1's newest block or after this one. */
  async head(l1Block?: number): Promise<HubHeader> {
    const [header] = await this.#view("head", [], l1Block);
    return plainHeader(header as HubHeader);
  }

  /**
   * Block with this number and hash, from the hub's event if a contract landed it, else from the input of the transaction that
   * called `land`; undefined if it did not land in the last month. Rejects with L1's error.
   */
  async landedBlock(number: bigint, hash: Hex): Promise<HubBlockOnL1 | undefined> {
    const landed = await this.#landing(number, hash);
    if (landed === undefined) return undefined;
    const { published, transactionHash } = landed;
    const contents = published === undefined ? await this.#calledContents(transactionHash) : readPublished(published);
    if (contents === undefined || hashHubHeader(contents.header) !== hash) return undefined;
    const entries = contents.items.map(({ chainId, batch }) => ({ chainId, stored: plainStoredBatch(batch) }));
    return { header: plainHeader(contents.header), entries, evidence: contents.evidence };
  }

  async #calledContents(transactionHash: Hex): Promise<ReturnType<typeof readLanding>> {
    const transaction = await this.#request("eth_getTransactionByHash", [transactionHash]);
    return transaction === null ? undefined : readLanding((transaction as { readonly input: Hex }).input);
  }

  /** True if L1 has this header now, or has landed it in the last month. Rejects with L1's error. */
  async has(header: HubHeader): Promise<boolean> {
    const hash = hashHubHeader(header);
    const known = [await this.head(), firstHubHeader(HubState.empty().digest())].map(hashHubHeader);
    return known.includes(hash) || (await this.landingOf(header.number, hash)) !== undefined;
  }

  /** The current epoch. */
  async epoch(): Promise<HubEpoch> {
    const [number] = await this.#view("currentEpoch");
    return this.epochAt(Number(number));
  }

  async epochAt(number: number): Promise<HubEpoch> {
    const { since: _, ...epoch } = await this.#epochAt(number);
    return epoch;
  }

  /** The epoch after the current one; undefined if none is scheduled. Rejects with L1's error. */
  async scheduled(): Promise<ScheduledEpoch | undefined> {
    const [number] = await this.#view("currentEpoch");
    try {
      return await this.#epochAt(Number(number) + 1);
    } catch (error) {
      if (isCallException(error)) return undefined;
      throw error;
    }
  }

  /** Schedules the aggregators of the next epoch, from the admin's account. Rejects with L1's error. */
  async schedule(next: readonly Hex[]): Promise<void> {
    const sent = (await this.#contract.getFunction("scheduleAggregators")(next)) as { wait(): Promise<unknown> };
    await sent.wait();
  }

  async #epochAt(number: number): Promise<ScheduledEpoch> {
    const [since, addresses] = await this.#view("epochAt", [number]);
    return { number, since: Number(since), aggregators: (addresses as readonly string[]).map(lowerCaseAddress) };
  }

  /** Transaction that landed this block; undefined if L1 has none of the last month. Rejects with L1's error. */
  async landingOf(number: bigint, hash: Hex): Promise<Hex | undefined> {
    return (await this.#landing(number, hash))?.transactionHash;
  }

  async #landing(number: bigint, hash: Hex): ReturnType<typeof findLanding> {
    const upTo = Number(await this.#request("eth_blockNumber"));
    const request = (method: string, params?: readonly unknown[]): Promise<unknown> => this.#request(method, params);
    return findLanding({ hub: this.#hub, number, hash, upTo }, { request });
  }

  #request(method: string, params: readonly unknown[] = []): Promise<unknown> {
    return this.#provider.send(method, [...params]) as Promise<unknown>;
  }

  async #view(name: string, args: readonly unknown[] = [], l1Block?: number): Promise<Result> {
    // A call by the provider's own method may be answered from its cache, with a state that L1 has since undone.
    const request = { to: this.#hub, data: hubInterface.encodeFunctionData(name, args) };
    const block = l1Block === undefined ? "latest" : hexQuantity(l1Block);
    const answer = (await this.#provider.send("eth_call", [request, block])) as string;
    return hubInterface.decodeFunctionResult(name, answer);
  }

  /**
   * Lands the block after the head with its proof. Resolves with the transaction's hash. Rejects with L1's error, for example
   * `ProofRefused`.
   */
  async land({ header, entries }: HubBlock, execution: ShownExecution, certificate: HubCertificate): Promise<Hex> {
    const batches = entries.map(({ chainId, stored: batch }) => ({ chainId, batch }));
    const proof = { digest: execution.digest, evidence: evidenceOf(entries), proof: toHex(execution.proof) };
    const sent = (await this.#contract.getFunction("land")(header, batches, proof, certificate)) as {
      wait(): Promise<TransactionReceipt>;
    };
    return (await sent.wait()).hash as Hex;
  }
}

/** Fields of a decoded header. */
function plainHeader({ number, parent, state, contents }: HubHeader): HubHeader {
  return { number, parent, state, contents };
}

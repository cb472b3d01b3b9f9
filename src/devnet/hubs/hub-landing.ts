import { Contract, Interface, type Result, type Signer, type TransactionReceipt } from "ethers";
import { hubAbi } from "../../abi/hub.ts";
import { evidenceOf, type HubBlock } from "../../hub/hub-block.ts";
import type { HubCertificate } from "../../hub/hub-certificate.ts";
import { toHex, type Hex } from "../../protocol/hex.ts";
import type { HubHeader } from "../../protocol/hub-header.ts";
import type { SendingProvider } from "../../settlement-layer/facts/judge.ts";
import type { ShownExecution } from "../../protocol/shown-execution.ts";
import { lowerCaseAddress } from "../accounts/accounts.ts";

/** Aggregators of a hub until L1 counts others. */
export interface HubEpoch {
  readonly number: number;
  /** Addresses in lower case, in ascending order: an aggregator's index is its position. */
  readonly aggregators: readonly Hex[];
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

  async head(): Promise<HubHeader> {
    const [header] = await this.#view("head");
    const { number, parent, state, contents } = header as HubHeader;
    return { number, parent, state, contents };
  }

  /** The current epoch. */
  async epoch(): Promise<HubEpoch> {
    const [number] = await this.#view("currentEpoch");
    return this.epochAt(Number(number));
  }

  async epochAt(number: number): Promise<HubEpoch> {
    const [, addresses] = await this.#view("epochAt", [number]);
    return { number, aggregators: (addresses as readonly string[]).map(lowerCaseAddress) };
  }

  async #view(name: string, args: readonly unknown[] = []): Promise<Result> {
    // A call by the provider's own method may be answered from its cache, with a state that L1 has since undone.
    const request = { to: this.#hub, data: hubInterface.encodeFunctionData(name, args) };
    const answer = (await this.#provider.send("eth_call", [request, "latest"])) as string;
    return hubInterface.decodeFunctionResult(name, answer);
  }

  /** Lands the block after the head with its proof. Rejects with L1's error, for example `ProofRefused`. */
  async land({ header, entries }: HubBlock, execution: ShownExecution, certificate: HubCertificate): Promise<TransactionReceipt> {
    const batches = entries.map(({ chainId, stored: batch }) => ({ chainId, batch }));
    const proof = { digest: execution.digest, evidence: evidenceOf(entries), proof: toHex(execution.proof) };
    const sent = (await this.#contract.getFunction("land")(header, batches, proof, certificate)) as {
      wait(): Promise<TransactionReceipt>;
    };
    return sent.wait();
  }
}

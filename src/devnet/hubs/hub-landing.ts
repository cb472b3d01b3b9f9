import { Contract, Interface, type Signer, type TransactionReceipt } from "ethers";
import { hubAbi } from "../../abi/hub.ts";
import { evidenceOf, type HubBlock } from "../../hub/hub-block.ts";
import type { HubCertificate } from "../../hub/hub-certificate.ts";
import { wordToHex, toHex, type Hex } from "../../protocol/hex.ts";
import type { HubHeader } from "../../protocol/hub-header.ts";
import type { SendingProvider } from "../../settlement-layer/facts/judge.ts";
import { noAggregateMarker } from "../../protocol/no-proof.ts";

const hubInterface = new Interface(hubAbi);
/** Digest of the list of batches: no circuit has seen one. */
const NO_DIGEST = wordToHex(0n);

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
    // A call by the provider's own method may be answered from its cache, with a head that L1 has since undone.
    const request = { to: this.#hub, data: hubInterface.encodeFunctionData("head") };
    const answer = (await this.#provider.send("eth_call", [request, "latest"])) as string;
    const [header] = hubInterface.decodeFunctionResult("head", answer);
    const { number, parent, state, contents } = header as HubHeader;
    return { number, parent, state, contents };
  }

  /**
   * Lands the block after the head, with a marker instead of a proof. Rejects with L1's error, for example `HubNotProven` under
   * a version with proofs.
   */
  async land({ header, entries }: HubBlock, before: Hex, certificate: HubCertificate): Promise<TransactionReceipt> {
    const batches = entries.map(({ chainId, stored: batch }) => ({ chainId, batch }));
    const marker = noAggregateMarker(batches, NO_DIGEST, { before, after: header.state });
    const proof = { digest: NO_DIGEST, evidence: evidenceOf(entries), proof: toHex(marker) };
    const sent = (await this.#contract.getFunction("land")(header, batches, proof, certificate)) as {
      wait(): Promise<TransactionReceipt>;
    };
    return sent.wait();
  }
}

import { AbiCoder, keccak256, type TransactionReceipt } from "ethers";
import { interopCenter } from "../../client/sending/contract-interfaces.ts";
import { sentMessages } from "../../client/messages/sent-messages.ts";
import type { BridgeMember, BridgeTransactionPlace } from "../../bridges/bridge-member.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../../ground/protocol/predeploys.ts";

/** Payload of a message's record, requested from its source; `undefined` if the source has none. */
export type PayloadOf = (source: BridgeMember["provider"]) => string | undefined | Promise<string | undefined>;

/** The messages between chains that bring a bridge's records. Each transaction that sent some is read once. */
export class ProvenMessages {
  readonly #members: readonly BridgeMember[];
  readonly #hashes = new Map<Hex, Hex | undefined>();
  readonly #sent = new Map<Hex, Promise<SentPayloads>>();

  constructor(members: readonly BridgeMember[]) {
    this.#members = members;
  }

  /** Record of a bridge's message. */
  async of(id: Hex, { chainId, transactionHash }: BridgeTransactionPlace, payloadOf: PayloadOf): Promise<Hex | undefined> {
    if (!this.#hashes.has(id)) {
      const source = this.#members.find((member) => member.chainId === chainId)?.provider;
      const payload = await (source && payloadOf(source));
      const sent = source && (await this.#sentBy(transactionHash, chainId, source));
      this.#hashes.set(id, payload === undefined ? undefined : sent?.get(payload));
    }
    return this.#hashes.get(id);
  }

  #sentBy(hash: Hex, chainId: bigint, source: BridgeMember["provider"]): Promise<SentPayloads> {
    const known = this.#sent.get(hash);
    if (known !== undefined) return known;
    const reading = source.getTransactionReceipt(hash).then((receipt) => payloadsIn(chainId, receipt));
    this.#sent.set(hash, reading);
    // One that could not be read is read again.
    reading.catch(() => this.#sent.delete(hash));
    return reading;
  }
}

/** Messages between chains by their content. */
type SentPayloads = ReadonlyMap<string, Hex>;

/** The messages that a transaction has sent by the interop center; the first of those that bring the same. */
function payloadsIn(chainId: bigint, receipt: Pick<TransactionReceipt, "hash" | "logs"> | null): SentPayloads {
  if (receipt === null) return new Map();
  // Which L1 it is does not matter to bundles.
  const bundles = sentMessages(Number(chainId), 0, receipt).filter(({ type }) => type === "bundle");
  const hashes = new Map(bundles.map(({ messageHash }) => [callIdOf(messageHash), messageHash]));
  const found = new Map<string, Hex>();
  for (const log of receipt.logs) {
    const event = log.address.toLowerCase() === PREDEPLOYS.InteropCenter ? interopCenter.parseLog(log) : null;
    if (event?.name !== "MessageSent") continue;
    const hash = hashes.get(String(event.args["sendId"]));
    const payload = String(event.args["payload"]);
    if (hash !== undefined && !found.has(payload)) found.set(payload, hash);
  }
  return found;
}

/** Name of the message's only call in the interop center. */
function callIdOf(bundleHash: Hex): string {
  return keccak256(AbiCoder.defaultAbiCoder().encode(["bytes32", "uint256"], [bundleHash, 0]));
}

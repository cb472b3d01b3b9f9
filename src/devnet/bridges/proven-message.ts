import { AbiCoder, keccak256 } from "ethers";
import type { TransactionReceipt } from "ethers";
import { interopCenter } from "../../client/contract-interfaces.ts";
import { sentMessages } from "../../client/sent-messages.ts";
import type { BridgeMember, BridgeTransactionPlace } from "../../bridges/bridge-member.ts";
import type { Hex } from "../../protocol/hex.ts";
import { PREDEPLOYS } from "../../protocol/predeploys.ts";

/** What a message's record is passed on with, asked of the member that sent it; undefined where that does not tell. */
export type PayloadOf = (source: BridgeMember["provider"]) => string | undefined | Promise<string | undefined>;

/** The messages between chains that bring a bridge's records. Each is looked for once. */
export class ProvenMessages {
  readonly #members: readonly BridgeMember[];
  readonly #found = new Map<Hex, Hex | undefined>();

  constructor(members: readonly BridgeMember[]) {
    this.#members = members;
  }

  /** Of a bridge's message. */
  async of(id: Hex, { chainId, transactionHash }: BridgeTransactionPlace, payloadOf: PayloadOf): Promise<Hex | undefined> {
    if (!this.#found.has(id)) {
      const source = this.#members.find((member) => member.chainId === chainId)?.provider;
      const [receipt, payload] = source
        ? await Promise.all([source.getTransactionReceipt(transactionHash), payloadOf(source)])
        : [];
      this.#found.set(id, receipt && payload !== undefined ? provenMessageOf(payload, chainId, receipt) : undefined);
    }
    return this.#found.get(id);
  }
}

/** The message between chains that brings a bridge's record, by its hash, in the receipt of the transaction that sent both. */
function provenMessageOf(payload: string, chainId: bigint, receipt: Pick<TransactionReceipt, "hash" | "logs">): Hex | undefined {
  const passing = receipt.logs
    .filter(({ address }) => address.toLowerCase() === PREDEPLOYS.InteropCenter)
    .map((log) => interopCenter.parseLog(log))
    .find((event) => event?.name === "MessageSent" && event.args["payload"] === payload);
  if (passing === undefined || passing === null) return undefined;
  // Which L1 it is does not matter to bundles.
  const bundles = sentMessages(Number(chainId), 0, receipt).filter(({ type }) => type === "bundle");
  return bundles.find(({ messageHash }) => callIdOf(messageHash) === passing.args["sendId"])?.messageHash;
}

/** How the interop center names the one call of a message. */
function callIdOf(bundleHash: Hex): string {
  return keccak256(AbiCoder.defaultAbiCoder().encode(["bytes32", "uint256"], [bundleHash, 0]));
}

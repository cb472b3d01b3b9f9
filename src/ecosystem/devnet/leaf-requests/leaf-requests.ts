import { verifyTypedData } from "ethers";
import type { StateKey } from "../../../chain/state/state-key.ts";
import type { StateProof } from "../../../chain/state/state-proof.ts";
import { parseAccount } from "../../client/ecosystem/chain-address.ts";
import { ClientError } from "../../client/ecosystem/client-error.ts";
import { findChain, type ChainName } from "../../client/ecosystem/ecosystem.ts";
import { factory } from "../../client/sending/contract-interfaces.ts";
import { submit, type Sender } from "../../client/sending/submit.ts";
import { networksIn } from "../../options/fields/data-policy.ts";
import { LeafKind } from "../../../ground/protocol/domain-tags.ts";
import { GUARDIAN_TYPES } from "../../../ground/protocol/guardians.ts";
import { wordToHex, type Hex } from "../../../ground/protocol/hex.ts";
import { availabilityDomain } from "../../../ground/protocol/quorum.ts";
import { readLogs, DEFAULT_BLOCKS_PER_PAGE } from "../../../chain/settlement-layer/reader/log-pages.ts";
import { lowerCaseAddress } from "../accounts/accounts.ts";
import { askContract } from "../chain-on-l1/ask-contract.ts";
import { challengeOf, readRequest } from "../guardian/request-list.ts";
import type { EcosystemInfo } from "../view/books/ecosystem-info.ts";
import { readRequestEvidence } from "../reconstruction/request-evidence.ts";
import { answerCall, challengeInterface, requestedKey, type ChallengeOnL1 } from "../guardian/challenge-interface.ts";
import type { LeafRequestInfo, RequestedLeaf } from "../guardian/guardian-info.ts";

/** The base fee rises by an eighth a block at most; six blocks double it. */
const FEE_MARGIN = 2n;

/** Contract of a network, and the block of its layer's first event. */
interface NetworkPlace {
  readonly network: Hex;
  readonly fromBlock: number;
}

/** Batch of the state that a request names. */
interface RequestedBatch {
  readonly chainId: bigint;
  readonly batchNumber: bigint;
}

/** A guardian of an unanswered request: slashed, or the reason why L1 takes nothing from it. */
export interface ReportedGuardian {
  readonly key: Hex;
  readonly transactionHash?: Hex;
  readonly reason?: string;
}

/** Leaf as a user names it: with a slot a storage leaf, else an account's. Throws ClientError MalformedAddress. */
export function leafNamed({
  account,
  slot,
  kind = slot === undefined ? "account" : "storage",
}: {
  readonly account: string;
  readonly slot: bigint | undefined;
  readonly kind: RequestedLeaf["kind"] | undefined;
}): RequestedLeaf {
  const leaf = { kind, account: parseAccount(account) };
  return slot === undefined ? leaf : { ...leaf, slot: wordToHex(slot) };
}

/** Chain whose data a network stores. Throws ClientError UnknownChain, or NotGuarded, also for a chain with a porter. */
export function guardedChain(info: EcosystemInfo, network: string, chain: ChainName): EcosystemInfo["chains"][number] {
  const found = findChain(info, chain);
  const guarding = found.dataPolicy === undefined ? [] : networksIn(found.dataPolicy);
  if (guarding.includes(network)) return found;
  // A request for its rollup would be answered by L1's own data, at the cost of the bond.
  if (found.porter !== undefined) {
    const message = `L1 takes no request for accounts of the porter of ${found.name}, and L1 has the data of its rollup; read the accounts at ${found.porter.url}`;
    throw new ClientError("NotGuarded", message, { chain: found.name, guardians: network });
  }
  const message = `guardians ${network} store no data of ${found.name}; request data of a chain whose options name them`;
  throw new ClientError("NotGuarded", message, { chain: found.name, guardians: network });
}

/** Throws TypeError for a kind with a slot that it has not, or without one that it needs. */
function keyOfLeaf({ kind, account, slot }: RequestedLeaf): ChallengeOnL1["key"] {
  if ((kind === "storage") !== (slot !== undefined))
    throw new TypeError(`a leaf of kind ${kind} is named ${kind === "storage" ? "with" : "without"} a slot`);
  return { kind: BigInt(LeafKind[kind]), account, slot: BigInt(slot ?? 0) };
}

/** An account's requests for leaves of guarded chains, its answers and its reports. Each call sends one transaction or more. */
export class LeafRequests {
  readonly #place: NetworkPlace;
  readonly #sender: Sender;

  /** The sender's provider is the layer of the network's contract. */
  constructor(place: NetworkPlace, sender: Sender) {
    this.#place = place;
    this.#sender = sender;
  }

  /**
   * Requests a leaf of the newest executed state of a chain, with a bond for twice the present base fee. Rejects with
   * ClientError, also if the account lacks the bond, or with ReconstructionError if L1 has executed no batch.
   */
  async open(hyperchain: Hex, leaf: RequestedLeaf): Promise<LeafRequestInfo> {
    const { provider } = this.#sender;
    const key = keyOfLeaf(leaf);
    const { chainId, stored, opening } = await readRequestEvidence(provider, hyperchain);
    const { baseFeePerGas } = (await provider.getBlock("latest")) ?? {};
    const bond = (await this.#ask("lowestBond", [FEE_MARGIN * (baseFeePerGas ?? 0n)])) as bigint;
    const { logs } = await this.#send("open", [chainId, stored, opening, key], bond);
    const [opened] = logs
      .flatMap((log) => challengeInterface.parseLog(log) ?? [])
      .filter(({ name }) => name === "ChallengeOpened");
    if (opened === undefined) throw new TypeError("L1 has opened a request without its event");
    const request = await readRequest(provider, this.#place.network, opened.args["id"] as bigint);
    if (request === undefined) throw new TypeError("L1 has a request that was opened now");
    return request;
  }

  /** The chain and batch of a request. Rejects with ClientError UnknownRequest. */
  async batchOf(id: bigint): Promise<RequestedBatch> {
    const { provider } = this.#sender;
    const { network: address, fromBlock } = this.#place;
    const topics = challengeInterface.encodeFilterTopics("ChallengeOpened", [id]) as (string | null)[];
    const question = { address, topics, fromBlock, toBlock: await provider.getBlockNumber() };
    const [log] = await readLogs(provider, question, DEFAULT_BLOCKS_PER_PAGE);
    const opened = log === undefined ? null : challengeInterface.parseLog(log);
    if (opened === null) throw unknownRequest(id);
    return { chainId: opened.args["chainId"] as bigint, batchNumber: opened.args["batchNumber"] as bigint };
  }

  /**
   * Shows the requested leaf, or that the state has none. `prove` proves a key under a state root. Resolves with the
   * transaction's hash. Rejects with ClientError UnknownRequest, with L1's refusal, or as `prove`.
   */
  async answer(id: bigint, prove: (key: StateKey, stateRoot: Hex) => Promise<StateProof>): Promise<Hex> {
    const challenge = await this.#openRequest(id);
    const key = requestedKey(challenge);
    const call = answerCall(id, key, await prove(key, challenge.stateRoot));
    return (await submit(this.#sender, { to: this.#place.network, ...call })).hash as Hex;
  }

  /**
   * Takes the stake of each guardian that signed for the data of an unanswered request, by its signature in the commit. Rejects
   * with ClientError if L1 refuses all, with its error for the first.
   */
  async report(id: bigint): Promise<readonly ReportedGuardian[]> {
    await this.#openRequest(id);
    const { chainId: guarded, batchNumber } = await this.batchOf(id);
    const { provider } = this.#sender;
    const { opening, signatures } = await readRequestEvidence(provider, await this.#contractOf(guarded), batchNumber);
    if (signatures.length === 0)
      throw new ClientError(
        "NotGuarded",
        `no guardian signed for batch ${batchNumber} of chain ${guarded}, which L1 has published data of`,
      );
    const { chainId } = await provider.getNetwork();
    const reported: ReportedGuardian[] = [];
    const refusals: ClientError[] = [];
    for (const { validUntil, signature } of signatures) {
      const key = signerOf({ ...opening, validUntil, signature }, { chainId, network: this.#place.network });
      try {
        reported.push({ key, transactionHash: (await this.#send("report", [id, validUntil, signature])).hash as Hex });
      } catch (error) {
        if (!(error instanceof ClientError) || error.code !== "Refused") throw error;
        refusals.push(error);
        reported.push({ key, reason: error.message });
      }
    }
    const [first] = refusals;
    if (first !== undefined && refusals.length === signatures.length) throw first;
    return reported;
  }

  /** Pays the rest of the bond to the challenger, after an answer or the deadline. Rejects with ClientError. */
  async close(id: bigint): Promise<Hex> {
    return (await this.#send("close", [id])).hash as Hex;
  }

  async #openRequest(id: bigint): Promise<ChallengeOnL1> {
    const challenge = await challengeOf(this.#sender.provider, this.#place.network, id);
    if (BigInt(challenge.challenger) !== 0n) return challenge;
    throw unknownRequest(id);
  }

  async #send(name: string, args: readonly unknown[], value = 0n): ReturnType<typeof submit> {
    const data = challengeInterface.encodeFunctionData(name, args);
    return submit(this.#sender, { to: this.#place.network, data, value });
  }

  /** Contract of a chain, also of one that the ecosystem has removed. */
  async #contractOf(chainId: bigint): Promise<Hex> {
    const to = lowerCaseAddress((await this.#ask("factory", [])) as string);
    const { provider } = this.#sender;
    const found = await askContract(provider, { to, contract: factory, name: "getHyperchain", args: [chainId] });
    return lowerCaseAddress(found as string);
  }

  #ask(name: string, args: readonly unknown[]): Promise<unknown> {
    return askContract(this.#sender.provider, { to: this.#place.network, contract: challengeInterface, name, args });
  }
}

function unknownRequest(id: bigint): ClientError {
  return new ClientError(
    "UnknownRequest",
    `there is no request ${id}, or it was answered and closed; hyperchain:guardians lists them`,
  );
}

/** Account whose signature it is. */
function signerOf(
  signed: { readonly preCommitment: Hex; readonly pubdataHash: Hex; readonly validUntil: bigint; readonly signature: Hex },
  place: { readonly chainId: bigint; readonly network: Hex },
): Hex {
  const { signature, preCommitment, pubdataHash, validUntil } = signed;
  const value = { preCommitment, pubdataHash, validUntil };
  return lowerCaseAddress(
    verifyTypedData({ ...availabilityDomain(place.chainId, place.network) }, GUARDIAN_TYPES, value, signature),
  );
}

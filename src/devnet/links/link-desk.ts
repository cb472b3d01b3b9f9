import type { BrowserProvider, HDNodeWallet } from "ethers";
import { putContract } from "../../client/sending/deployed-contract.ts";
import { senderOn } from "../../client/sending/submit.ts";
import type { FormedBatch } from "../../chain/batch/form-batch.ts";
import { reasonOf } from "../../errors/reason-of.ts";
import type { Hex } from "../../protocol/hex.ts";
import type { BatchNumber, ChainId } from "../../protocol/ids.ts";
import { CREATE2_DEPLOYER } from "../../protocol/create2.ts";
import { factIndex } from "../../protocol/import-kinds.ts";
import { linkId, receivedBody, sentBody, type Link } from "../../protocol/link.ts";
import { linkIndex } from "../../protocol/link-index.ts";
import { l2LogTreeRoot } from "../../protocol/l2-log.ts";
import { encodeFactProof, l2LogTreeProof } from "../../protocol/message-proof.ts";
import { pubdataLogLeaves } from "../../protocol/pubdata.ts";
import { OneAtATime } from "../../runtime/one-at-a-time.ts";
import { lowerCaseAddress } from "../accounts/accounts.ts";
import { payOnChain } from "../chains/funding.ts";
import type { DevnetChain } from "../chains/served-chain.ts";
import { connectInProcess, withCallsFromOutside } from "../relaying/relaying.ts";
import {
  ATOMIC_LINKS,
  callOf,
  confirmedBy,
  leafOf,
  leavesOf,
  linksInterface,
  linksSent,
  simulate,
  unconfirmedId,
  withImport,
} from "./atomic-links.ts";
import { LinkRefused } from "./link-refused.ts";
import { OpenLinks } from "./open-links.ts";

/** Money of the carrier on a chain, and the balance below which it gets more. */
const CARRIER_WEI = 10n ** 18n;
const MIN_CARRIER_WEI = 10n ** 17n;

interface LinkDeskDependencies {
  /** Chains that run now. */
  readonly chains: () => readonly DevnetChain[];
  /** Pays for confirmations and receipts on the chains. */
  readonly carrier: () => HDNodeWallet;
  readonly nowSeconds: () => bigint;
}

/** A link that both chains have, in batches that L1 executes together. */
interface MadeLink {
  readonly id: Hex;
  /** Batch that sends it. */
  readonly batchNumber: BatchNumber;
  readonly peer: ChainId;
  /** Batch of the peer that receives it. */
  readonly peerBatchNumber: BatchNumber;
}

/** A link that a transaction will send. */
interface ExpectedLink {
  readonly link: Link;
  readonly id: Hex;
  /** Leaves of the batch's log tree. */
  readonly leaves: readonly Hex[];
  readonly root: Hex;
}

/** A batch of the peer that has received a link. */
interface ReceivedLink {
  readonly batchNumber: BatchNumber;
  readonly root: Hex;
  readonly index: number;
  readonly siblings: readonly Hex[];
}

/**
 * Makes links between pairs of chains in this process. The sender's batch has the link alone, so its log root is computed
 * before the transaction runs. The peer imports the fact with that root, receives, and seals. The sender imports the link to
 * that batch, sends, and seals. If any step fails, both chains rebuild their batches without the import, and so without the
 * link.
 */
export class LinkDesk {
  readonly #dependencies: LinkDeskDependencies;
  readonly #open: OpenLinks;
  readonly #line = new OneAtATime();

  constructor(dependencies: LinkDeskDependencies) {
    this.#dependencies = dependencies;
    const executed = (chainId: ChainId): bigint => BigInt(this.#find(chainId)?.pipeline.progress().executed ?? 0);
    this.#open = new OpenLinks({ executed, nowSeconds: dependencies.nowSeconds });
  }

  /** Sends the link of a chain's signed transaction, one at a time. Rejects with LinkRefused, and then neither chain has it. */
  send(from: DevnetChain, raw: Hex): Promise<MadeLink> {
    return this.#line.run(() => this.#send(from, raw));
  }

  /** A link between these chains was void. */
  shutOut(one: ChainId, other: ChainId): void {
    this.#open.shutOut(one, other);
  }

  #find(chainId: ChainId): DevnetChain | undefined {
    return this.#dependencies.chains().find((chain) => chain.chainId === chainId);
  }

  async #send(from: DevnetChain, raw: Hex): Promise<MadeLink> {
    const peers = this.#dependencies.chains().filter(({ plan }) => plan.settlement.links?.includes(from.name) === true);
    if (peers.length === 0)
      throw new LinkRefused("PeerNotLinked", `no chain that runs here names ${from.name} in its option links`);
    for (const chain of [from, ...peers]) {
      if (chain.pipeline.chain.sequencer.isPaused) throw new LinkRefused("ChainPaused", `${chain.name} is paused; start it`);
      await this.#on(chain, (provider) => this.#prepare(chain, provider));
    }
    const expected = await this.#expect(from, raw, peers);
    const { link, id } = expected;
    const peer = peers.find(({ chainId }) => chainId === link.toChain);
    if (peer === undefined)
      throw new LinkRefused(
        "PeerNotLinked",
        `chain ${link.toChain} does not run here, or its option links does not name ${from.name}`,
      );
    this.#open.require(from.chainId, peer.chainId);
    // Before any batch ends: a refused request costs the operator nothing.
    await this.#requireReceived(peer, expected, from.pipeline.chain.sequencer.batchNumber);
    const batchNumber = await nextBatch(from);
    const received = await this.#receive(peer, expected, batchNumber);
    await this.#confirm(from, raw, expected, { batchNumber, peer, received });
    this.#open.add({ chainId: from.chainId, batchNumber }, { chainId: peer.chainId, batchNumber: received.batchNumber });
    for (const { pipeline } of [from, peer]) pipeline.hurry();
    return { id, batchNumber, peer: peer.chainId, peerBatchNumber: received.batchNumber };
  }

  /** The link that the transaction sends after its receipt. */
  async #expect(from: DevnetChain, raw: Hex, peers: readonly DevnetChain[]): Promise<ExpectedLink> {
    const call = readCall(raw);
    const answer = asStranger(from);
    const id = unconfirmedId((await simulate(answer, call)).reverted);
    if (id === undefined)
      throw new LinkRefused(
        "NoLink",
        "the transaction sends no link whose receipt is missing; sign one that calls AtomicLinks.send",
      );
    const simulated = await simulate(
      answer,
      call,
      confirmedBy(
        id,
        peers.map(({ chainId }) => chainId),
      ),
    );
    if (!simulated.success) {
      const isUnlinked = unconfirmedId(simulated.reverted) === id;
      if (isUnlinked)
        throw new LinkRefused("PeerNotLinked", `no chain that runs here and names ${from.name} in its option links receives it`);
      throw new LinkRefused("LinkFails", `the transaction would fail on ${from.name} (${simulated.reason}); nothing was sent`);
    }
    const [link, ...others] = linksSent(simulated.logs);
    if (link === undefined || others.length > 0 || linkId(link) !== id)
      throw new LinkRefused("NoLink", "the transaction sends several links; send each by one transaction");
    const leaves = leavesOf(simulated.logs);
    // One transaction of L1 executes both batches. The peer's may use all gas of an execution, so this one has no transfers.
    if (leaves.length > 1)
      throw new LinkRefused(
        "NoLink",
        `the transaction sends ${leaves.length - 1} messages besides its link; send those by another transaction`,
      );
    return { link, id, leaves, root: l2LogTreeRoot(leaves) };
  }

  /** Rejects with LinkRefused if the peer would not receive the link by a fact about this batch. Resolves with its call. */
  async #requireReceived(peer: DevnetChain, { link, id, leaves, root }: ExpectedLink, sentIn: BatchNumber): Promise<Hex> {
    const index = leaves.indexOf(leafOf(ATOMIC_LINKS.address, sentBody(id)));
    const proof = encodeFactProof(l2LogTreeProof(leaves, index));
    const data = linksInterface.encodeFunctionData("receiveLink", [link, sentIn, index, proof]) as Hex;
    const from = this.#dependencies.carrier().address;
    const call = { from, to: ATOMIC_LINKS.address, data, value: "0x0" };
    const simulated = await simulate(asStranger(peer), call, withImport(factIndex(link.fromChain, sentIn), root));
    if (simulated.success) return data;
    throw new LinkRefused("LinkFails", `${peer.name} would not receive the link (${simulated.reason}); nothing was sent`);
  }

  /** Makes the peer receive the link in a batch that it seals. */
  async #receive(peer: DevnetChain, expected: ExpectedLink, sentIn: BatchNumber): Promise<ReceivedLink> {
    const { link, id, root } = expected;
    const fact = { registryIndex: factIndex(link.fromChain, sentIn), root };
    const data = await this.#requireReceived(peer, expected, sentIn);
    const batchNumber = await nextBatch(peer);
    return this.#orUndo([[peer, batchNumber, fact.registryIndex]], async () => {
      await peer.pipeline.chain.sequencer.importRoots([fact]);
      await this.#carry(peer, data);
      const sealed = await sealBatch(peer, batchNumber);
      const leaf = leafOf(ATOMIC_LINKS.address, receivedBody(id));
      const all = pubdataLogLeaves(sealed.logs, sealed.canonicalTxHashes);
      const at = all.indexOf(leaf);
      return { batchNumber, root: sealed.outputs.l2LogsTreeRoot, index: at, siblings: l2LogTreeProof(all, at) };
    });
  }

  /** Makes the sender confirm the receipt, send, and seal. */
  async #confirm(
    from: DevnetChain,
    raw: Hex,
    { link, id, root }: ExpectedLink,
    other: { readonly batchNumber: BatchNumber; readonly peer: DevnetChain; readonly received: ReceivedLink },
  ): Promise<void> {
    const { batchNumber, peer, received } = other;
    const imported = { registryIndex: linkIndex(peer.chainId, received.batchNumber), root: received.root };
    const undone = [
      [from, batchNumber, imported.registryIndex],
      [peer, received.batchNumber, factIndex(from.chainId, batchNumber)],
    ] as const;
    await this.#orUndo(undone, async () => {
      await from.pipeline.chain.sequencer.importRoots([imported]);
      const { index, siblings } = received;
      const args = [id, link.toChain, received.batchNumber, index, siblings];
      await this.#carry(from, linksInterface.encodeFunctionData("confirm", args) as Hex);
      const { hash } = readCall(raw);
      await asStranger(from)("eth_sendRawTransaction", [raw]);
      await this.#on(from, (provider) => included(from, provider, hash));
      const { l2LogsTreeRoot } = (await sealBatch(from, batchNumber)).outputs;
      if (l2LogsTreeRoot !== root)
        throw new RangeError(
          `batch ${batchNumber} of ${from.name} has other messages than the link's: its log root is ${l2LogsTreeRoot}, not ${root}`,
        );
    });
  }

  /** Does the work, or has the chains rebuild their batches without these imports. */
  async #orUndo<Result>(
    imports: readonly (readonly [chain: DevnetChain, batchNumber: BatchNumber, index: bigint])[],
    work: () => Promise<Result>,
  ): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      for (const [{ pipeline }, batchNumber, index] of imports) await pipeline.reseal(batchNumber, index);
      throw new LinkRefused(
        "LinkUndone",
        `both chains rebuilt their batches without the link: ${reasonOf(error)}; send it again`,
        {
          cause: error,
        },
      );
    }
  }

  /** Puts AtomicLinks on the chain, and money for the carrier. */
  async #prepare(chain: DevnetChain, provider: BrowserProvider): Promise<void> {
    const carrier = this.#dependencies.carrier();
    if ((await provider.getBalance(carrier.address)) < MIN_CARRIER_WEI) {
      await payOnChain(chain, { recipients: [lowerCaseAddress(carrier.address)], valueWei: CARRIER_WEI });
      await chain.pipeline.pollL1();
    }
    if ((await provider.getCode(CREATE2_DEPLOYER)) === "0x")
      throw new LinkRefused(
        "NoDeployer",
        `${chain.name} has no deployer at ${CREATE2_DEPLOYER}; start the ecosystem with the option singletons`,
      );
    const member = { name: chain.name, chainId: Number(chain.chainId) };
    await putContract(ATOMIC_LINKS, await senderOn(carrier.connect(provider), member));
  }

  /** Sends a call of AtomicLinks, and waits for its block. Rejects if it fails. */
  #carry(chain: DevnetChain, data: Hex): Promise<void> {
    return this.#on(chain, async (provider) => {
      const { hash } = await this.#dependencies.carrier().connect(provider).sendTransaction({ to: ATOMIC_LINKS.address, data });
      await included(chain, provider, hash as Hex);
    });
  }

  async #on<Result>(chain: DevnetChain, work: (provider: BrowserProvider) => Promise<Result>): Promise<Result> {
    const provider = connectInProcess(chain.chainId, withCallsFromOutside(chain));
    try {
      return await work(provider);
    } finally {
      provider.destroy();
    }
  }
}

/** Call of a signed transaction. Throws LinkRefused for other bytes. */
function readCall(raw: Hex): ReturnType<typeof callOf> {
  try {
    return callOf(raw);
  } catch (error) {
    throw new LinkRefused("NoLink", `the parameter is not a signed transaction: ${reasonOf(error)}`, { cause: error });
  }
}

function asStranger({ answer }: DevnetChain): (method: string, params: readonly unknown[]) => Promise<unknown> {
  return (method, params) => answer(method, params, undefined);
}

/** Number of the batch that begins next, after the end of the open one: a linked batch has nothing else. */
async function nextBatch({ pipeline }: DevnetChain): Promise<BatchNumber> {
  await pipeline.seal();
  return pipeline.chain.sequencer.batchNumber;
}

/** Seals the batch of this number. Rejects with RangeError if the chain has begun another one. */
async function sealBatch({ name, pipeline }: DevnetChain, batchNumber: BatchNumber): Promise<FormedBatch> {
  const sealed = await pipeline.seal();
  if (sealed?.outputs.batchNumber !== batchNumber)
    throw new RangeError(`${name} sealed batch ${batchNumber} before the link's end`);
  return sealed;
}

/** Waits until a transaction is in a block. Rejects with RangeError if it is not, or fails. */
async function included({ name, pipeline }: DevnetChain, provider: BrowserProvider, hash: Hex): Promise<void> {
  const { sequencer } = pipeline.chain;
  await sequencer.includeWaiting([hash]);
  const receipt = await provider.getTransactionReceipt(hash);
  if (receipt?.status === 1) return;
  if (receipt === null) sequencer.drop(hash);
  throw new RangeError(`transaction ${hash} ${receipt === null ? "is in no block" : "failed"} on ${name}`);
}

import { randomBytes } from "node:crypto";
import type { Chain } from "../../../chain/chain.ts";
import type { OtherLeaders } from "../../../chain/sequencer/leader-turns.ts";
import { quorumOf, type CountedVote } from "../../../chain/consensus/votes.ts";
import { toHex, type Hex } from "../../../ground/protocol/hex.ts";
import type { TypedDataDomain } from "../../../ground/protocol/quorum.ts";
import { checkedChain, NO_INPUTS, type CheckedChain } from "../checked-chain.ts";
import { EvidenceList, type VoteEvidence } from "../evidence-list.ts";
import { ExecutedInputs } from "../executed-inputs.ts";
import type { ChainNodes } from "./chain-nodes.ts";
import type { EncryptedMempool, EncryptedMempoolParts, EncryptionStatus } from "./encrypted-mempool.ts";
import { NodeFaults, type FaultsOfNodes } from "./node-faults.ts";
import { NodeGroup, type GroupSurroundings } from "./node-group.ts";
import type { NodesStatus } from "./nodes-status.ts";

type OpenMempool = (parts: EncryptedMempoolParts) => EncryptedMempool;
type NodesSurroundings = Omit<GroupSurroundings, "faults" | "onEvidence" | "onFailure" | "mempool">;

/**
 * Nodes of one process that decide a chain's commands together. They share the chain: one execution serves all. After each return
 * of the chain to an earlier state they begin a new life; votes of earlier lives do not count.
 */
export class LocalNodes implements OtherLeaders, ChainNodes {
  readonly #surroundings: NodesSurroundings;
  readonly #domain: TypedDataDomain;
  readonly #faults: NodeFaults;
  readonly #evidence: EvidenceList;
  #mempool: EncryptedMempool | undefined;
  #chain: { readonly chain: Chain; readonly checked: CheckedChain } | undefined;
  #group: NodeGroup | undefined;
  #life: Hex | undefined;
  #isClosed = false;

  constructor(surroundings: NodesSurroundings, domain: TypedDataDomain, evidence = new EvidenceList()) {
    this.#surroundings = surroundings;
    this.#domain = domain;
    this.#evidence = evidence;
    this.#faults = new NodeFaults();
  }

  /** Starts the nodes of a chain whose sequencer leads in turns. They open envelopes if they get a mempool for these. */
  start(chain: Chain, openMempool?: OpenMempool): void {
    const executed = new ExecutedInputs();
    chain.spine.attach(executed);
    this.#mempool = openMempool?.(this.#mempoolParts(chain));
    if (this.#mempool !== undefined) chain.spine.attach(this.#mempool.envelopes);
    // No leader can name inputs here: every decision of an honest leader was made by this process.
    const checked = checkedChain(chain, () => NO_INPUTS, executed, this.#mempool?.envelopes);
    this.#chain = { chain, checked };
    this.#begin(1);
  }

  get count(): number {
    return this.#surroundings.keys.length;
  }

  /** Encryption of transactions to the nodes; undefined if they open no envelopes. */
  get encryption(): EncryptionStatus | undefined {
    return this.#mempool?.status;
  }

  get status(): NodesStatus {
    const { keys } = this.#surroundings;
    return {
      inProcesses: false,
      view: this.#group?.view ?? 0,
      leader: this.#group?.leader ?? 0,
      quorum: quorumOf(keys.length),
      ...this.#faults.partition,
      members: keys.map(({ address }, index) => {
        const view = this.#group?.viewOf(index);
        return { address, ...this.#faults.shownOf(index), ...(view === undefined ? {} : { view }) };
      }),
      evidence: this.#evidence.pairs.map(({ signer, first }) => ({ signer, view: first.view })),
    };
  }

  get evidence(): readonly VoteEvidence[] {
    return this.#evidence.pairs;
  }

  forgetEvidence(): void {
    this.#evidence.forget(this.#life);
  }

  onWork(): void {
    this.#group?.onWork();
  }

  onReturned(): void {
    if (this.#chain === undefined) return;
    const firstView = (this.#group?.view ?? 0) + 1;
    // The work of the old life waits for the chain, and the chain for this call.
    void this.#group?.end();
    this.#begin(firstView);
  }

  /** Replaces all faults. Crashed nodes end, and start with their votes when they are honest again. */
  setFaults(faults: FaultsOfNodes): void {
    this.#faults.replace(faults);
    for (let index = 0; index < this.count; index++)
      if (this.#faults.conditionOf(index) === "crashed") void this.#group?.stop(index);
      else this.#group?.start(index);
    this.#group?.connected();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#group?.end();
    await this.#mempool?.close();
  }

  #addressOf({ voter }: CountedVote): Hex {
    return this.#surroundings.keys[voter]?.address ?? "0x";
  }

  #mempoolParts({ chainId, sequencer }: Chain): EncryptedMempoolParts {
    return {
      chainId: BigInt(chainId),
      nodes: this.count,
      connections: this.#faults.connections,
      isMetered: () => sequencer.nextEnvironment.isMetered,
      onOpened: () => this.onWork(),
      onFailure: (error) => failWith(sequencer, error),
    };
  }

  #begin(firstView: number): void {
    if (this.#chain === undefined || this.#isClosed) return;
    const { chain, checked } = this.#chain;
    const life = toHex(randomBytes(32));
    this.#life = life;
    const surroundings: GroupSurroundings = {
      ...this.#surroundings,
      faults: (keys) => this.#faults.of(keys),
      onEvidence: (first, second) => this.#evidence.add({ life, signer: this.#addressOf(first), first, second }),
      mempool: this.#mempool,
      onFailure: (error) => failWith(chain.sequencer, error),
    };
    const group = new NodeGroup(surroundings, {
      domain: { ...this.#domain, salt: life },
      firstView,
      chain: checked,
    });
    this.#group = group;
    for (let index = 0; index < this.count; index++) if (this.#faults.conditionOf(index) !== "crashed") group.start(index);
    group.onWork();
  }
}

function failWith(sequencer: Chain["sequencer"], error: unknown): void {
  sequencer.fail(error instanceof Error ? error : new Error(String(error)));
}

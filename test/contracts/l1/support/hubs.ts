import { type BaseContract, Wallet } from "ethers";
import { FINALIZE } from "../../../../src/chain/consensus/votes.ts";
import { encodeProposal, headerOf } from "../../../../src/chain/consensus/proposals.ts";
import { type HubCertificate, hubCertificate, hubVoteDomain } from "../../../../src/ecosystem/hub/hub-certificate.ts";
import type { AggregatedBatch } from "../../../../src/ground/protocol/aggregate.ts";
import { toHex, wordToHex, type Hex } from "../../../../src/ground/protocol/hex.ts";
import { encodeHubHeader, hashHubContents, type HubHeader } from "../../../../src/ground/protocol/hub-header.ts";
import { noAggregateMarker } from "../../../../src/ground/protocol/no-proof.ts";
import { hashStoredBatch } from "../../../../src/ground/protocol/stored-batch.ts";
import { VoteKeys } from "../../../../src/ecosystem/sequencing/local/vote-keys.ts";
import { DIGEST } from "./aggregates.ts";
import { hexAddress, send, view, type Ecosystem } from "./ecosystem.ts";

export const EVIDENCE: Hex = wordToHex(6n);
const LIFE: Hex = wordToHex(99n);
export const NOTICE_SECONDS = 3_600n;

/** Aggregators of a test, in the ascending order of their addresses. */
export function aggregatorKeys(first: number, count: number): readonly { readonly address: Hex; readonly privateKey: Hex }[] {
  const keys = Array.from({ length: count }, (_, i) => {
    const privateKey = wordToHex(BigInt(first + i));
    return { address: new Wallet(privateKey).address.toLowerCase() as Hex, privateKey };
  });
  return keys.toSorted((a, b) => (a.address < b.address ? -1 : 1));
}

/** Changes of a vote or a certificate, for attacks. */
export interface VoteChanges {
  readonly epoch?: number;
  readonly life?: Hex;
  readonly hub?: Hex;
  readonly kind?: 1 | 3;
  readonly voters?: readonly number[];
  readonly view?: number;
  /** Contents of decisions after the block's; the votes are for the last one. */
  readonly after?: readonly Uint8Array[];
}

/** A hub on the test's L1 with the keys of its aggregators. */
export class TestHub {
  readonly contract: BaseContract;
  readonly keys: ReturnType<typeof aggregatorKeys>;
  readonly #ecosystem: Ecosystem;
  readonly #address: Hex;

  private constructor(ecosystem: Ecosystem, contract: BaseContract, address: Hex, keys: TestHub["keys"]) {
    this.contract = contract;
    this.keys = keys;
    this.#ecosystem = ecosystem;
    this.#address = address;
  }

  static async deploy(ecosystem: Ecosystem, aggregator: BaseContract, keys = aggregatorKeys(1_000, 4)): Promise<TestHub> {
    const [admin] = ecosystem.accounts;
    const addresses = keys.map(({ address }) => address);
    const args = [await aggregator.getAddress(), admin!.address, NOTICE_SECONDS, addresses];
    const contract = await ecosystem.l1.deploy("Hub", ...args);
    return new TestHub(ecosystem, contract, await hexAddress(contract), keys);
  }

  /** This hub with votes of other keys. */
  withKeys(keys: TestHub["keys"]): TestHub {
    return new TestHub(this.#ecosystem, this.contract, this.#address, keys);
  }

  async head(): Promise<HubHeader> {
    const { number, parent, state, contents } = await view<HubHeader>(this.contract, "head");
    return { number, parent, state, contents };
  }

  /** Header of a block with these batches after the head. */
  async header(batches: readonly AggregatedBatch[], state: Hex, changes: Partial<HubHeader> = {}): Promise<HubHeader> {
    const { number } = await this.head();
    const hashed = batches.map(({ chainId, batch }) => ({ chainId, hash: hashStoredBatch(batch) }));
    return {
      number: number + 1n,
      parent: await view<Hex>(this.contract, "headHash"),
      state,
      contents: hashHubContents(hashed, EVIDENCE),
      ...changes,
    };
  }

  /** Votes of the aggregators for the block: by default of three among four. */
  certify(header: HubHeader, changes: VoteChanges = {}): HubCertificate {
    const { epoch = 0, life = LIFE, hub = this.#address, kind = FINALIZE, view: turn = 7, after = [] } = changes;
    const proposals = [encodeProposal({ view: turn, parent: wordToHex(3n) }, encodeHubHeader(header))];
    for (const content of after)
      proposals.push(encodeProposal({ view: turn + proposals.length, parent: headerOf(proposals.at(-1)!)!.id }, content));
    const { id, view: last } = headerOf(proposals.at(-1)!)!;
    const signers = new VoteKeys(this.keys, hubVoteDomain(this.#ecosystem.chainId, hub, life));
    const votes = (changes.voters ?? [0, 1, 2]).map((voter) => ({
      ...signers.sign(voter, { kind, epoch, view: last, id }, 1_700_000_000 + voter),
      voter,
    }));
    const addresses = this.keys.map(({ address }) => address);
    return hubCertificate(
      header,
      { proposals, certificate: { kind: FINALIZE, view: last, id, votes } },
      { epoch, life, addresses },
    )!;
  }

  /** Proof of a block, from the hub's state to the header's. */
  async proof(batches: readonly AggregatedBatch[], header: HubHeader, before?: Hex) {
    const states = { before: before ?? (await this.head()).state, after: header.state };
    return { digest: DIGEST, evidence: EVIDENCE, proof: toHex(noAggregateMarker(batches, DIGEST, states)) };
  }

  async land(batches: readonly AggregatedBatch[], state: Hex, changes: VoteChanges = {}) {
    const header = await this.header(batches, state);
    const proof = await this.proof(batches, header);
    return send(this.contract, "land", header, batches, proof, this.certify(header, changes));
  }
}

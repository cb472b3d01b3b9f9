import { NamedError } from "../../ground/errors/named-error.ts";
import type { Hex } from "../../ground/protocol/hex.ts";
import { isComplete, type Certificate } from "./certificates.ts";
import { isNews } from "./counting.ts";
import { ForkedError } from "./deciding.ts";
import type { ConsensusEffect, ConsensusEvent } from "./events.ts";
import { isGroupMessage, type GroupMessage, type SignedCertificate } from "./messages.ts";
import { encodeProposal, headerOf, requireHeader, type Header } from "./proposals.ts";
import type { DecisionRecord, VoteRecord } from "./records.ts";
import { step } from "./reducer.ts";
import type { Restored } from "./restore.ts";
import { Signatures } from "./signatures.ts";
import type { Rules, State, DecisionVerdict } from "./state.ts";
import type { CountedVote, SignedVote, Vote } from "./votes.ts";

/** Final decisions in one answer. */
const MAX_PAGES = 16;
/** Requests of one node in a second that are answered: one node must not fill the others' time with answers. */
const MAX_ANSWERS = 64;
/** Answered requests in a second whose answers have final decisions. */
const MAX_PAGED_ANSWERS = 4;

/** A node lacks a proposal that its state names. */
export class ProposalMissingError extends NamedError<"ProposalMissing"> {
  override readonly name = "ProposalMissingError";
}

/** Surroundings of a node. All calls are answered later, none within the call. */
export interface ConsensusPorts {
  sign(vote: Vote, signed: (vote: SignedVote) => void): void;
  /** Index of the voter that signed the vote; undefined if none of the voters did. */
  voterOf(vote: SignedVote): number | undefined;
  /** True if the second in the vote is near this node's. */
  isTimely(vote: SignedVote): boolean;
  /** Appends to the file of votes; records become durable in the order of the calls. */
  storeVote(record: VoteRecord, stored: () => void): void;
  storeDecision(record: DecisionRecord, stored: () => void): void;
  /** Stored decisions above a view, the oldest first. */
  decisionsAbove(view: number, count: number): readonly DecisionRecord[];
  /** Sends to a node, or to all others. */
  send(message: GroupMessage, to?: number): void;
  /** Makes the content of a proposal that follows `parent`, and calls `built`. */
  build(view: number, parent: Hex): void;
  /** Executes a proposal and calls `executed`. */
  execute(proposal: Uint8Array, header: Header, isNotarized: boolean): void;
  /** Ends the building and execution for a view that has ended; a notarized decision is still executed. */
  abort(): void;
  /** Applies final decisions, the oldest first; they are stored. */
  decided(proposals: readonly Uint8Array[]): void;
  after(ms: number, callback: () => void): void;
  evidence(first: CountedVote, second: CountedVote): void;
  /** The node has stopped. */
  failed(error: Error): void;
}

/** One node of a group: the reducer with its files and messages. Without promises, so that a simulator can run it. */
export class ConsensusNode {
  readonly #rules: Rules;
  readonly #ports: ConsensusPorts;
  readonly #restored: Restored;
  readonly #signatures: Signatures;
  readonly #bytes = new Map<Hex, Uint8Array>();
  /** Ids of proposals whose bytes are stored with a vote. */
  readonly #storedBytes = new Set<Hex>();
  #state: State;
  #votedView: number;
  #isClosed = false;
  /** Requests of this second, by sender. */
  #requests = new Map<number, number>();

  /** Node with its state from its files. If votes are lost, `rules` name no voter. */
  constructor(rules: Rules, ports: ConsensusPorts, restored: Restored) {
    this.#rules = rules;
    this.#ports = ports;
    this.#restored = restored;
    this.#state = restored.state;
    this.#votedView = restored.votedView;
    this.#signatures = new Signatures((vote) => ports.voterOf(vote));
    for (const bytes of restored.bytes) this.#storedBytes.add(requireHeader(bytes).id);
    for (const bytes of restored.bytes) this.#addBytes(bytes);
  }

  /** Counts the stored votes and requests the decisions of the time in between. */
  begin(): void {
    this.#feedVotes(this.#restored.votes);
    this.connected();
  }

  get state(): State {
    return this.#state;
  }

  /** Highest view of this node's stored votes. */
  get votedView(): number {
    return this.#votedView;
  }

  /** Stops the node: it sends and calls nothing after this. */
  close(): void {
    this.#isClosed = true;
  }

  /** Notifies the node that there is something to decide, or nothing. */
  work(hasWork: boolean): void {
    this.#feed({ type: "work", hasWork });
  }

  /** Notifies the node that others can be reached again. */
  connected(): void {
    this.#feed({ type: "connected" });
    this.#ports.send({ type: "request", id: this.#state.decided.id, above: this.#state.decided.view });
  }

  /** To be called each second. */
  second(): void {
    this.#signatures.forgive();
    this.#requests = new Map();
    this.#feed({ type: "second" });
  }

  /** Content of this node's proposal; undefined if it can make none. */
  built(view: number, parent: Hex, content: Uint8Array | undefined): void {
    const header = content === undefined ? undefined : this.#addBytes(encodeProposal({ view, parent }, content));
    this.#feed({ type: "built", view, header });
  }

  executed(id: Hex, verdict: DecisionVerdict): void {
    this.#feed({ type: "executed", id, verdict });
  }

  /** Takes a message of another node. A malformed or forged one has no effect. */
  receive(message: GroupMessage, from: number): void {
    if (this.#isClosed || this.#signatures.isMuted(from) || !isGroupMessage(message)) return;
    switch (message.type) {
      case "proposal":
        return this.#receiveProposal(message, from);
      case "votes": {
        const timely = message.votes.filter((vote) => this.#ports.isTimely(vote));
        return this.#feedVotes(timely.flatMap((vote) => this.#signatures.counted(vote, from) ?? []));
      }
      case "certificates":
        for (const certificate of this.#completeOf(message.certificates, from)) this.#feed({ type: "certificate", certificate });
        return;
      case "request":
        return this.#answer(message, from);
      case "answer": {
        const header = headerOf(message.bytes);
        if (header === undefined || !this.#state.requested.has(header.id)) return;
        this.#addBytes(message.bytes);
        return this.#feed({ type: "answer", header });
      }
      case "page":
        return this.#receivePage(message, from);
    }
  }

  #receiveProposal({ bytes, vote, certificates }: Extract<GroupMessage, { type: "proposal" }>, from: number): void {
    const header = headerOf(bytes);
    const counted = this.#ports.isTimely(vote) ? this.#signatures.counted(vote, from) : undefined;
    if (header === undefined || counted === undefined || counted.id !== header.id) return;
    const isNew = !this.#state.headers.has(header.id);
    if (isNew) this.#bytes.set(header.id, bytes);
    this.#feed({ type: "proposal", header, vote: counted, certificates: this.#completeOf(certificates, from) });
    if (isNew && !this.#state.headers.has(header.id)) this.#bytes.delete(header.id);
  }

  #receivePage({ proposals, certificate }: Extract<GroupMessage, { type: "page" }>, from: number): void {
    const headers = proposals.map((bytes) => headerOf(bytes));
    const complete = certificate.view > this.#state.decided.view ? this.#complete(certificate, from) : undefined;
    if (complete === undefined || headers.some((header) => header === undefined)) return;
    for (const bytes of proposals) this.#addBytes(bytes);
    this.#feed({ type: "page", headers: headers as Header[], certificate: complete });
    this.#dropBytes();
  }

  /** Certificates that are new to this node and whose votes are genuine. */
  #completeOf(certificates: readonly SignedCertificate[], from: number): Certificate[] {
    return certificates.flatMap((signed) => (isNews(this.#state, signed) ? (this.#complete(signed, from) ?? []) : []));
  }

  /** The certificate with its voters; undefined if a vote is forged or one of a quorum is missing. */
  #complete(signed: SignedCertificate, from: number): Certificate | undefined {
    const { count, epoch } = this.#rules.voters;
    if (signed.votes.length > count) return undefined;
    const votes = signed.votes.flatMap((vote) => this.#signatures.counted(vote, from) ?? []);
    const { kind, view, id } = signed;
    const certificate = { kind, view, id, votes };
    return votes.length === signed.votes.length && isComplete(certificate, count, epoch) ? certificate : undefined;
  }

  #answer({ id, above }: Extract<GroupMessage, { type: "request" }>, to: number): void {
    const requests = (this.#requests.get(to) ?? 0) + 1;
    this.#requests.set(to, requests);
    if (requests > MAX_ANSWERS) return;
    if (requests <= MAX_PAGED_ANSWERS)
      for (const { proposals, certificate } of this.#ports.decisionsAbove(above, MAX_PAGES))
        this.#ports.send({ type: "page", proposals, certificate }, to);
    const bytes = this.#bytes.get(id);
    if (bytes !== undefined) this.#ports.send({ type: "answer", bytes }, to);
  }

  #feedVotes(votes: readonly CountedVote[]): void {
    if (votes.length > 0) this.#feed({ type: "votes", votes });
  }

  #feed(event: ConsensusEvent): void {
    if (this.#isClosed) return;
    try {
      const { view } = this.#state;
      const { state, effects } = step(this.#rules, this.#state, event);
      this.#state = state;
      if (state.view > view) this.#ports.abort();
      for (const effect of effects) this.#perform(effect);
      if (effects.some(({ type }) => type === "decided")) this.#forget();
    } catch (error) {
      if (!(error instanceof ForkedError)) throw error;
      this.close();
      this.#ports.failed(error);
    }
  }

  #perform(effect: ConsensusEffect): void {
    const ports = this.#ports;
    switch (effect.type) {
      case "build":
        return ports.build(effect.view, effect.parent);
      case "execute":
        return ports.execute(this.#bytesOf(effect.header.id), effect.header, effect.isNotarized);
      case "vote":
        return ports.sign(effect.vote, (vote) => this.#storeVote(vote, effect.certificates));
      case "store":
        return ports.storeVote({ type: "certificate", certificate: effect.certificate }, () => undefined);
      case "sendVotes":
        return this.#sendVotes(effect.votes);
      case "sendCertificates":
        return ports.send({ type: "certificates", certificates: effect.certificates });
      case "sendProposal": {
        const { id, vote: proposed, certificates } = effect;
        const bytes = this.#bytesOf(id);
        return this.#withPresentSecond(proposed, (vote) => ports.send({ type: "proposal", bytes, vote, certificates }));
      }
      case "timer":
        return ports.after(effect.ms, () => this.#feed({ type: "timeout", view: effect.view, timer: effect.timer }));
      case "decided":
        return this.#storeDecision(effect);
      case "fetch":
        return ports.send({ type: "request", id: effect.id, above: this.#state.decided.view });
      case "evidence":
        return ports.evidence(effect.first, effect.second);
    }
  }

  #sendVotes(votes: readonly CountedVote[]): void {
    const old = votes.filter((vote) => this.#isOld(vote));
    const others = votes.filter((vote) => !old.includes(vote));
    if (others.length > 0) this.#ports.send({ type: "votes", votes: others });
    for (const vote of old) this.#withPresentSecond(vote, (present) => this.#ports.send({ type: "votes", votes: [present] }));
  }

  #isOld(vote: CountedVote): boolean {
    return vote.voter === this.#rules.self && !this.#ports.isTimely(vote);
  }

  /** Signs an old vote of this node again: others no longer count its second. The vote is the same, so nothing is stored. */
  #withPresentSecond(vote: CountedVote, send: (vote: SignedVote) => void): void {
    if (!this.#isOld(vote)) return send(vote);
    const { kind, epoch, view, id } = vote;
    this.#ports.sign({ kind, epoch, view, id }, (present) => {
      if (!this.#isClosed) send(present);
    });
  }

  /** Stores a vote, then sends it. */
  #storeVote(signed: SignedVote, certificates: readonly Certificate[] | undefined): void {
    const { self } = this.#rules;
    if (this.#isClosed || self === undefined) return;
    const vote: CountedVote = { ...signed, voter: self };
    const bytes = this.#bytes.get(vote.id);
    const isStored = this.#storedBytes.has(vote.id);
    const record: VoteRecord = bytes === undefined || isStored ? { type: "vote", vote } : { type: "vote", vote, bytes };
    this.#storedBytes.add(vote.id);
    this.#ports.storeVote(record, () => {
      if (this.#isClosed) return;
      this.#votedView = Math.max(this.#votedView, vote.view);
      if (certificates === undefined) this.#ports.send({ type: "votes", votes: [vote] });
      else if (bytes !== undefined) this.#ports.send({ type: "proposal", bytes, vote, certificates });
      this.#feedVotes([vote]);
    });
  }

  #storeDecision({ headers, certificate }: Extract<ConsensusEffect, { type: "decided" }>): void {
    const proposals = headers.map(({ id }) => this.#bytesOf(id));
    this.#ports.storeDecision({ proposals, certificate, votedView: this.#votedView }, () => {
      if (!this.#isClosed) this.#ports.decided(proposals);
    });
  }

  /** Bytes of a proposal that the state names. */
  #bytesOf(id: Hex): Uint8Array {
    const bytes = this.#bytes.get(id);
    if (bytes !== undefined) return bytes;
    throw new ProposalMissingError(
      "ProposalMissing",
      `proposal ${id} is not here though the node's state names it; report this fault`,
    );
  }

  #addBytes(bytes: Uint8Array): Header | undefined {
    const header = headerOf(bytes);
    if (header !== undefined) this.#bytes.set(header.id, bytes);
    return header;
  }

  #forget(): void {
    this.#signatures.drop(this.#state.decided.view);
    this.#dropBytes();
  }

  #dropBytes(): void {
    for (const id of this.#bytes.keys()) if (!this.#state.headers.has(id)) this.#bytes.delete(id);
    for (const id of this.#storedBytes) if (!this.#state.headers.has(id)) this.#storedBytes.delete(id);
  }
}

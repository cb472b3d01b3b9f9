import { AbiCoder, getAddress, Interface, type InterfaceAbi, type ParamType, type Result } from "ethers";
import { revertError } from "../../../client/sending/revert-reason.ts";
import type { Hex } from "../../../../ground/protocol/hex.ts";
import { actOf } from "./as-test-acts.ts";
import { flowActOf, type FlowAct } from "./as-test-flow-act.ts";
import { flowCall, flowLine, flowLines, flowOutcome } from "./as-test-flows.ts";
import type { ExpectedRevert, TestLibrary } from "./as-test-library.ts";
import { ALL_DELIVERED, ROUND } from "./as-test-lines.ts";
import { bytesLiteral, literal, quoted, type Known } from "./as-test-literals.ts";
import { keyOf, parsedCall, parsedError, readable, variableOf } from "./as-test-parsed.ts";
import type { PastTransaction } from "./as-test-past.ts";

/** A contract of the project that has this code. */
export interface CopiedContract {
  readonly name: string;
  readonly abi: InterfaceAbi;
  /** Code that creates it, without the constructor's arguments; absent where a creation cannot be told from it. */
  readonly creation?: string | undefined;
}

/** Result of a message that a transaction began. */
export interface CopiedMessage {
  readonly destinationChainId: number;
  /** Revert data of its call where it arrived, and the contract there; absent if nothing failed. */
  readonly failure?: { readonly contract: Hex; readonly data: Hex } | undefined;
}

interface CopiedStory {
  readonly library: TestLibrary;
  /** Transactions that the last one depends on, then the last one. */
  readonly transactions: readonly PastTransaction[];
  /** Contracts by chain and address: `271:0x…`. */
  readonly contracts: ReadonlyMap<string, CopiedContract>;
  /** Messages that have arrived, by the hash of what began them. */
  readonly messages: ReadonlyMap<string, readonly CopiedMessage[]>;
  /** Call of a flow's pivot at any time; `undefined` if it was not called. */
  readonly callOf: (flow: Hex) => Hex | undefined;
  /** Revert data of the last one; absent if it succeeded. */
  readonly revertData?: Hex | undefined;
  readonly l1: { readonly chainId: number; readonly factory: Hex };
  readonly chains: readonly {
    readonly chainId: number;
    readonly name: string;
    readonly dataAvailability: string;
    readonly dataPolicy?: object;
  }[];
}

/** Seconds between two transactions from which on their distance is part of the story. */
const LONG_SECONDS = 60;
/** Seconds that may be a time: of the years from 2017 to 2128. */
const [FIRST_TIME, LAST_TIME] = [1_500_000_000n, 5_000_000_000n];
const NAMES = ["alice", "bob", "carol", "dave", "erin", "frank", "grace", "heidi"];

/** A test, with the test API and the story's library, that does a transaction again and expects what it did. */
export function writeTest(story: CopiedStory): string {
  const writer = new Writer(story);
  const target = story.transactions.at(-1);
  if (target === undefined) throw new RangeError("a story has a transaction");
  story.transactions.slice(0, -1).forEach((each, i) => writer.earlier(each, story.transactions[i - 1]));
  writer.last(target, story.transactions.at(-2));
  return writer.text(target);
}

/** A transaction's act on a flow that the test has. */
interface KnownFlow {
  readonly act: FlowAct;
  readonly variable: string;
  readonly from: string;
  /** Fees of its legs until then. */
  readonly fees: ReadonlyMap<number, bigint>;
}

class Writer {
  readonly #story: CopiedStory;
  readonly #lines: string[] = [];
  readonly #accounts = new Map<string, string>();
  /** Variables of contracts, by chain and address. */
  readonly #contracts = new Map<string, string>();
  /** Variables of flows, and the fees of their legs, by the flows' names. */
  readonly #flows = new Map<Hex, { readonly variable: string; readonly fees: Map<number, bigint> }>();
  readonly #usedNames = new Set<string>(NAMES);

  constructor(story: CopiedStory) {
    this.#story = story;
    for (const { name } of story.chains) this.#usedNames.add(variableOf(name));
    for (const word of ["l1", "connection", "hyperchains", "network", "expect", "assert", "sent", "message"])
      this.#usedNames.add(word);
  }

  earlier(transaction: PastTransaction, before: PastTransaction | undefined): void {
    this.#passTime(transaction, before);
    const flow = this.#flowAct(transaction);
    if (flow !== undefined) {
      this.#lines.push(...flowLines(flow.variable, flow.act, flow.from));
      return;
    }
    if (transaction.created !== undefined) {
      this.#create(transaction, transaction.created);
      return;
    }
    const act = this.#act(transaction);
    const { library } = this.#story;
    this.#lines.push(
      act === undefined ? library.included(this.#chain(transaction.chainId), this.#call(transaction)) : `await ${act};`,
    );
    // Its messages arrived, and what they did is part of the state.
    if ((this.#story.messages.get(transaction.hash) ?? []).length > 0) this.#lines.push(...ROUND);
  }

  last(transaction: PastTransaction, before: PastTransaction | undefined): void {
    this.#passTime(transaction, before);
    const { revertData, library } = this.#story;
    const chain = this.#chain(transaction.chainId);
    const flow = this.#flowAct(transaction);
    if (flow !== undefined) {
      this.#lastOfFlow(flow);
    } else if (transaction.created !== undefined && revertData === undefined) {
      this.#create(transaction, transaction.created);
      const name = this.#contracts.get(keyOf(transaction.chainId, transaction.created)) ?? "";
      this.#lines.push(library.hasCode(chain, name));
    } else if (revertData === undefined) {
      this.#lastSent(transaction);
    } else {
      const expected = this.#reverted(transaction.chainId, revertData, transaction.to ?? undefined);
      this.#lines.push(library.reverted(chain, this.#call(transaction), expected));
    }
  }

  #lastSent(transaction: PastTransaction): void {
    const { messages, library } = this.#story;
    const chain = this.#chain(transaction.chainId);
    const act = this.#act(transaction);
    this.#lines.push(`const sent = await ${act ?? this.#call(transaction)};`);
    if (act === undefined) {
      this.#lines.push(library.sentIncluded(chain));
      for (const log of transaction.logs) this.#emitted(transaction.chainId, log);
    }
    const begun = messages.get(transaction.hash) ?? [];
    this.#arrived(begun, act !== undefined);
    if (act !== undefined && begun.length === 0) this.#lines.push(library.equal("sent.sourceChainId", `${chain}.chainId`));
  }

  #lastOfFlow({ act, variable, from, fees }: KnownFlow): void {
    const { revertData, library } = this.#story;
    if (revertData !== undefined) {
      if (act.name !== "prepare" && act.name !== "addFee") this.#lines.push(...ROUND);
      this.#lines.push(`await assert.rejects(${flowCall(variable, act, from)}, { name: "ClientError" });`);
      return;
    }
    const { before, actual, expected } = flowOutcome(variable, act, fees.get(act.leg) ?? 0n);
    this.#lines.push(...flowLines(variable, act, from), ...before, library.equal(actual, expected));
  }

  text({ hash, chainId }: PastTransaction): string {
    const { l1, chains, library } = this.#story;
    const options = chains.map(({ name, chainId: id, dataAvailability, dataPolicy }) => {
      const said = dataPolicy === undefined ? quoted(dataAvailability) : JSON.stringify(dataPolicy);
      const data = said === quoted("rollup") ? "" : `, dataAvailability: ${said}`;
      return `${quoted(name)}: { chainId: ${id}${data} }`;
    });
    const body = this.#lines.map((line) => `    ${line}`);
    const used = body.join("\n");
    const members = [
      ...(/\bl1\b/.test(used) ? ["  const { l1 } = hyperchains;"] : []),
      ...chains.map(({ name }) => `  const ${variableOf(name)} = hyperchains.chain(${quoted(name)});`),
    ].filter((line) => new RegExp(`\\b${/const \{? ?(\w+)/.exec(line)?.[1]}\\b`).test(used));
    const accounts = [...this.#accounts].map(([address, name]) => `    const ${name} = ${quoted(getAddress(address))};`);
    const where = chainId === l1.chainId ? "L1" : (chains.find((each) => each.chainId === chainId)?.name ?? String(chainId));
    return [
      ...library.imports(used),
      'import { network } from "hardhat";',
      "",
      "const connection = await network.create({",
      '  network: "hyperchains",',
      `  override: { hyperchains: { chains: { ${options.join(", ")} }, proofs: "none" } },`,
      "});",
      "const { hyperchains } = connection;",
      "",
      `describe(${quoted(`transaction ${hash} on ${where}`)}, () => {`,
      "  after(() => connection.close());",
      ...members,
      "",
      `  it("does what it did", async () => {`,
      ...accounts,
      ...body,
      "  });",
      "});",
      "",
    ].join("\n");
  }

  #passTime({ chainId, timestamp }: PastTransaction, before: PastTransaction | undefined): void {
    const passed = before === undefined ? 0 : timestamp - before.timestamp;
    if (passed >= LONG_SECONDS) this.#lines.push(`await ${this.#chain(chainId)}.networkHelpers.time.increase(${passed});`);
  }

  #create(transaction: PastTransaction, created: Hex): void {
    const { chainId, input, value } = transaction;
    const { library, contracts } = this.#story;
    const contract = contracts.get(keyOf(chainId, created));
    const creation = contract?.creation;
    const variable = this.#variable(contract?.name ?? "contract");
    const act = { chain: this.#chain(chainId), from: this.#account(transaction.from), value, variable };
    if (contract === undefined || creation === undefined || !input.startsWith(creation)) {
      // Its address alone is used; nothing is known of its functions.
      this.#lines.push(...library.createdBytes({ ...act, data: bytesLiteral(input, this.#namesOn(chainId)) }));
    } else {
      const inputs = new Interface(contract.abi).deploy.inputs;
      const decoded = AbiCoder.defaultAbiCoder().decode(inputs, `0x${input.slice(creation.length)}`);
      const args = this.#literals(chainId, inputs, decoded);
      this.#lines.push(library.creation({ ...act, name: quoted(contract.name), args }));
    }
    this.#contracts.set(keyOf(chainId, created), variable);
  }

  /** The call as an expression, without `await`. */
  #call({ chainId, from, to, input, value, created }: PastTransaction): string {
    const { library, contracts } = this.#story;
    const key = to === null ? "" : keyOf(chainId, to);
    const [contract, variable] = [contracts.get(key), this.#contracts.get(key)];
    const known = this.#namesOn(chainId);
    const act = { chain: this.#chain(chainId), from: this.#account(from), value };
    const call = contract === undefined ? undefined : parsedCall(contract.abi, input);
    if (variable !== undefined && call !== undefined) {
      const args = call.fragment.inputs.map((type, i) => literal(call.args[i], type, this.#knownBehind(call.args[i - 1], known)));
      return library.call({ ...act, variable, name: call.fragment.name, args });
    }
    const place = variable === undefined ? quoted(to ?? "") : library.argument(variable);
    return library.send({
      ...act,
      to: to === null || created !== undefined ? undefined : place,
      data: input === "0x" ? undefined : bytesLiteral(input, known),
    });
  }

  /** Flow of a transaction, which is built at its first use; `undefined` for any other. */
  #flowAct(transaction: PastTransaction): KnownFlow | undefined {
    const act = flowActOf(transaction);
    const flow = act?.flow;
    if (act === undefined || (flow === undefined && !this.#flows.has(act.id))) return undefined;
    const { timestamp } = transaction;
    let known = this.#flows.get(act.id);
    if (known === undefined && flow !== undefined) {
      known = { variable: this.#variable("flow"), fees: new Map() };
      const call = this.#story.callOf(act.id) ?? "0x";
      const places = { nameOf: (id: number) => this.#nameOf(id), namesOn: (id: number) => this.#namesOn(id) };
      this.#lines.push(flowLine(known.variable, { flow, timestamp, call }, places));
      this.#flows.set(act.id, known);
    }
    if (known === undefined) return undefined;
    known.fees.set(act.leg, (known.fees.get(act.leg) ?? 0n) + act.fee);
    return { act, ...known, from: this.#account(transaction.from) };
  }

  /** Expression of the test API for it; `undefined` for a transaction that is sent unchanged. */
  #act(transaction: PastTransaction): string | undefined {
    const { l1 } = this.#story;
    const nameOf = (id: number): string | undefined => this.#nameOf(id);
    // An account has a name where it acts alone.
    const isAct = actOf(transaction, { l1, nameOf, from: "from", namesOn: (id) => this.#namesOn(id) }) !== undefined;
    if (!isAct) return undefined;
    const from = this.#account(transaction.from);
    return actOf(transaction, { l1, nameOf, from, namesOn: (id) => this.#namesOn(id) });
  }

  /** Expectation for a call with this revert data; the errors of the contract at `first` are tried first. */
  #reverted(chainId: number, data: Hex, first: Hex | undefined): ExpectedRevert {
    if (data === "0x") return { kind: "nothing" };
    const error = revertError(data);
    if (error?.name === "Error") return { kind: "reason", text: String(error.args[0]) };
    if (error?.name === "Panic") return { kind: "panic", code: BigInt(String(error.args[0])) };
    return this.#errorOf(chainId, data, first) ?? { kind: "unknown" };
  }

  /** Which of the story's contracts has the error that this is; the one at `first` is asked first. */
  #errorOf(chainId: number, data: Hex, first: Hex | undefined): (ExpectedRevert & { readonly kind: "error" }) | undefined {
    const ofChain = [...this.#contracts].filter(([key]) => key.startsWith(`${chainId}:`));
    const sorted = ofChain.sort(([a], [b]) => Number(b.endsWith(first ?? "-")) - Number(a.endsWith(first ?? "-")));
    for (const [key, variable] of sorted) {
      const contract = this.#story.contracts.get(key);
      const error = contract === undefined ? null : parsedError(contract.abi, data);
      if (error === null) continue;
      const args = this.#sameArgs(chainId, error.fragment.inputs, error.args);
      return { kind: "error", contract: variable, name: error.name, args };
    }
    return undefined;
  }

  #emitted(chainId: number, { address, topics, data }: PastTransaction["logs"][number]): void {
    const key = keyOf(chainId, address);
    const [contract, variable] = [this.#story.contracts.get(key), this.#contracts.get(key)];
    if (contract === undefined || variable === undefined) return;
    const event = new Interface(contract.abi).parseLog({ topics, data });
    if (event === null) return;
    const args = this.#sameArgs(chainId, event.fragment.inputs, event.args);
    this.#lines.push(this.#story.library.emitted(this.#chain(chainId), variable, event.name, args));
  }

  /** Arguments of an event or an error, if all of them are the same at another time: no hashes, and no times of day. */
  #sameArgs(chainId: number, types: readonly ParamType[], args: Result): string | undefined {
    const values = readable(args);
    if (values === undefined) return undefined;
    const isSame = (type: ParamType, i: number): boolean => {
      const value = values[i];
      if (type.indexed === true && !/^(address|bool|u?int\d*)$/.test(type.type)) return false;
      return type.type !== "bytes32" && !(typeof value === "bigint" && value > FIRST_TIME && value < LAST_TIME);
    };
    return types.length === 0 || !types.every(isSame) ? undefined : this.#literals(chainId, types, values);
  }

  #literals(chainId: number, types: readonly ParamType[], values: readonly unknown[]): string {
    return types.map((type, i) => literal(values[i], type, this.#namesOn(chainId))).join(", ");
  }

  #arrived(messages: readonly CopiedMessage[], isMessage: boolean): void {
    const { library } = this.#story;
    const failed = messages.flatMap(({ destinationChainId: chainId, failure }) => (failure ? [{ chainId, ...failure }] : []));
    for (const { chainId, data, contract } of failed) {
      const expected = { ...this.#reverted(chainId, data, contract), data };
      this.#lines.push(library.revertedCall(this.#chain(chainId), isMessage, expected));
    }
    const [first, ...others] = new Set(messages.map(({ destinationChainId }) => destinationChainId));
    if (failed.length > 0 || first === undefined) return;
    this.#lines.push(others.length === 0 ? library.arrived(this.#chain(first), isMessage) : ALL_DELIVERED);
  }

  #nameOf(chainId: number): string | undefined {
    return this.#story.chains.find((each) => each.chainId === chainId)?.name;
  }

  #chain(chainId: number): string {
    const name = this.#nameOf(chainId);
    return name === undefined ? "l1" : variableOf(name);
  }

  #account(address: string): string {
    const key = address.toLowerCase();
    const name = this.#accounts.get(key) ?? NAMES[this.#accounts.size] ?? `account${this.#accounts.size}`;
    this.#accounts.set(key, name);
    return name;
  }

  #namesOn(chainId: number): Known {
    const all = [...this.#contracts];
    const here = (address: string): string | undefined => this.#contracts.get(keyOf(chainId, address));
    const elsewhere = (address: string): string | undefined =>
      all.find(([key]) => key.endsWith(`:${address}`) && key !== keyOf(chainId, address))?.[1];
    return {
      account: (address) => this.#accounts.get(address),
      contract: (address) => here(address) ?? elsewhere(address),
      remote: (address) => elsewhere(address) ?? here(address),
      on: (id, address) => this.#contracts.get(keyOf(id, address)),
      library: this.#story.library,
    };
  }

  /** Contracts of the chain whose id is the argument before: functions take a chain's id and an address on it. */
  #knownBehind(argument: unknown, names: Known): Known {
    if (typeof argument !== "bigint") return names;
    return { ...names, contract: (address) => names.on(Number(argument), address) ?? names.contract(address) };
  }

  #variable(name: string): string {
    const first = `${name.charAt(0).toLowerCase()}${name.slice(1)}`;
    let variable = first;
    for (let count = 2; this.#usedNames.has(variable); count++) variable = `${first}${count}`;
    this.#usedNames.add(variable);
    return variable;
  }
}

import { AbiCoder, getAddress, Interface } from "ethers";
import type { InterfaceAbi, ParamType, Result } from "ethers";
import { revertError } from "../../client/sending/revert-reason.ts";
import type { Hex } from "../../protocol/hex.ts";
import { actOf } from "./as-test-acts.ts";
import { bytesLiteral, literal, quoted } from "./as-test-literals.ts";
import { keyOf, parsedCall, parsedError, readable, valueOf, variableOf } from "./as-test-parsed.ts";
import type { Known } from "./as-test-literals.ts";
import type { PastTransaction } from "./as-test-past.ts";

/** A contract of the project that has this code. */
export interface CopiedContract {
  readonly name: string;
  readonly abi: InterfaceAbi;
  /** Code that creates it, without the constructor's arguments; absent where a creation cannot be told from it. */
  readonly creation?: string | undefined;
}

/** What became of a message that a transaction began. */
export interface CopiedMessage {
  readonly destinationChainId: number;
  /** What its call reverted with where it arrived, and the contract there; absent where nothing failed. */
  readonly failure?: { readonly contract: Hex; readonly data: Hex } | undefined;
}

interface CopiedStory {
  /** What the transaction stands on, then the transaction. */
  readonly transactions: readonly PastTransaction[];
  /** By chain and address: `271:0x…`. */
  readonly contracts: ReadonlyMap<string, CopiedContract>;
  /** Messages that have arrived, by the hash of what began them. */
  readonly messages: ReadonlyMap<string, readonly CopiedMessage[]>;
  /** What the last one reverted with; absent where it succeeded. */
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

/** A mocha test, with the test API and ethers, that does a transaction again and expects what it did. */
export function writeTest(story: CopiedStory): string {
  const writer = new Writer(story);
  const target = story.transactions.at(-1);
  if (target === undefined) throw new RangeError("a story has a transaction");
  story.transactions.slice(0, -1).forEach((each, i) => writer.earlier(each, story.transactions[i - 1]));
  writer.last(target, story.transactions.at(-2));
  return writer.text(target);
}

class Writer {
  readonly #story: CopiedStory;
  readonly #lines: string[] = [];
  readonly #accounts = new Map<string, string>();
  /** Variables of contracts, by chain and address. */
  readonly #contracts = new Map<string, string>();
  readonly #taken = new Set<string>(NAMES);

  constructor(story: CopiedStory) {
    this.#story = story;
    for (const { name } of story.chains) this.#taken.add(variableOf(name));
    for (const word of ["l1", "connection", "hyperchains", "network", "expect", "sent"]) this.#taken.add(word);
  }

  earlier(transaction: PastTransaction, before: PastTransaction | undefined): void {
    this.#passTime(transaction, before);
    if (transaction.created !== undefined) {
      this.#lines.push(this.#creation(transaction, transaction.created));
      return;
    }
    const act = this.#act(transaction);
    this.#lines.push(act === undefined ? `await (await ${this.#call(transaction)}).wait();` : `await ${act};`);
    // Its messages arrived, and what they did is part of the state.
    if ((this.#story.messages.get(transaction.hash) ?? []).length > 0)
      this.#lines.push("await hyperchains.settle();", "await hyperchains.relay();");
  }

  last(transaction: PastTransaction, before: PastTransaction | undefined): void {
    this.#passTime(transaction, before);
    const { revertData, messages } = this.#story;
    if (transaction.created !== undefined && revertData === undefined) {
      const variable = this.#creation(transaction, transaction.created);
      const name = this.#contracts.get(keyOf(transaction.chainId, transaction.created)) ?? "";
      this.#lines.push(
        variable,
        `expect(await ${this.#chain(transaction.chainId)}.ethers.provider.getCode(${name})).not.to.equal("0x");`,
      );
      return;
    }
    if (revertData !== undefined) {
      this.#lines.push(`await expect(${this.#call(transaction)})${this.#reverted(transaction, revertData)};`);
      return;
    }
    const act = this.#act(transaction);
    this.#lines.push(`const sent = await ${act ?? this.#call(transaction)};`);
    if (act === undefined) {
      this.#lines.push("await sent.wait();");
      for (const log of transaction.logs) this.#emitted(transaction.chainId, log);
    }
    const begun = messages.get(transaction.hash) ?? [];
    for (const message of begun) this.#arrived(message);
    if (act !== undefined && begun.length === 0)
      this.#lines.push(`expect(sent.sourceChainId).to.equal(${this.#chain(transaction.chainId)}.chainId);`);
  }

  text({ hash, chainId }: PastTransaction): string {
    const { l1, chains } = this.#story;
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
      'import { expect } from "chai";',
      'import { network } from "hardhat";',
      "",
      "const connection = await network.create({",
      '  network: "hyperchains",',
      `  override: { hyperchains: { chains: { ${options.join(", ")} }, prover: { mode: "none" } } },`,
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

  #creation(transaction: PastTransaction, created: Hex): string {
    const { chainId, input, from, value } = transaction;
    const contract = this.#story.contracts.get(keyOf(chainId, created));
    const creation = contract?.creation;
    const chain = this.#chain(chainId);
    const variable = this.#variable(contract?.name ?? "contract");
    const signer = `await ${chain}.ethers.getSigner(${this.#account(from)})`;
    if (contract === undefined || creation === undefined || !input.startsWith(creation)) {
      // Its address alone is used; nothing is known of its functions.
      const line = `const ${variable}Created = await (${signer}).sendTransaction({ data: ${bytesLiteral(input, this.#known(chainId))}${valueOf(value)} });`;
      this.#contracts.set(keyOf(chainId, created), variable);
      const address = `(await ${variable}Created.wait())?.contractAddress ?? ""`;
      return `${line}\n    const ${variable} = await ${chain}.ethers.getContractAt([], ${address});`;
    }
    const inputs = new Interface(contract.abi).deploy.inputs;
    const decoded = AbiCoder.defaultAbiCoder().decode(inputs, `0x${input.slice(creation.length)}`);
    const list = inputs.map((type, i) => literal(decoded[i], type, this.#known(chainId)));
    this.#contracts.set(keyOf(chainId, created), variable);
    const options = value === 0n ? signer : `{ signer: ${signer}, value: ${value}n }`;
    return `const ${variable} = await ${chain}.ethers.deployContract(${quoted(contract.name)}, [${list.join(", ")}], ${options});`;
  }

  /** The call as an expression, without `await`. */
  #call({ chainId, from, to, input, value, created }: PastTransaction): string {
    const chain = this.#chain(chainId);
    const signer = `await ${chain}.ethers.getSigner(${this.#account(from)})`;
    const contract = to === null ? undefined : this.#story.contracts.get(keyOf(chainId, to));
    const variable = to === null ? undefined : this.#contracts.get(keyOf(chainId, to));
    const known = this.#known(chainId);
    const call = contract === undefined ? undefined : parsedCall(contract.abi, input);
    if (variable !== undefined && call !== undefined) {
      const list = call.fragment.inputs.map((type, i) => literal(call.args[i], type, known));
      const overrides = value === 0n ? [] : [`{ value: ${value}n }`];
      return `${variable}.connect(${signer}).${call.fragment.name}(${[...list, ...overrides].join(", ")})`;
    }
    const place = variable ?? (to === null ? undefined : quoted(to));
    const fields = [
      ...(place === undefined || created !== undefined ? [] : [`to: ${place}`]),
      ...(input === "0x" ? [] : [`data: ${bytesLiteral(input, known)}`]),
    ];
    return `(${signer}).sendTransaction({ ${fields.join(", ")}${valueOf(value)} })`;
  }

  /** What the test API says for it; undefined for a transaction that is sent as it is. */
  #act(transaction: PastTransaction): string | undefined {
    const { l1, chains } = this.#story;
    const nameOf = (id: number): string | undefined => chains.find((each) => each.chainId === id)?.name;
    // An account has a name where it acts alone.
    const isAct = actOf(transaction, { l1, nameOf, from: "from", known: (id) => this.#known(id) }) !== undefined;
    if (!isAct) return undefined;
    const from = this.#account(transaction.from);
    return actOf(transaction, { l1, nameOf, from, known: (id) => this.#known(id) });
  }

  #reverted({ chainId, to }: PastTransaction, data: Hex): string {
    const chain = this.#chain(chainId);
    if (data === "0x") return `.to.be.revertedWithoutReason(${chain}.ethers)`;
    const error = revertError(data);
    if (error?.name === "Error") return `.to.be.revertedWith(${quoted(String(error.args[0]))})`;
    if (error?.name === "Panic") return `.to.be.revertedWithPanic(${BigInt(String(error.args[0]))}n)`;
    const named = this.#errorOf(chainId, data, to ?? undefined);
    return named === undefined
      ? `.to.revert(${chain}.ethers)`
      : `.to.be.revertedWithCustomError(${named.variable}, ${quoted(named.name)})${named.withArgs}`;
  }

  /** Which of the story's contracts has the error that this is; the one at `first` is asked first. */
  #errorOf(chainId: number, data: Hex, first: Hex | undefined) {
    const ofChain = [...this.#contracts].filter(([key]) => key.startsWith(`${chainId}:`));
    const sorted = ofChain.sort(([a], [b]) => Number(b.endsWith(first ?? "-")) - Number(a.endsWith(first ?? "-")));
    for (const [key, variable] of sorted) {
      const contract = this.#story.contracts.get(key);
      const error = contract === undefined ? null : parsedError(contract.abi, data);
      if (error === null) continue;
      return { variable, name: error.name, withArgs: this.#withArgs(chainId, error.fragment.inputs, error.args) };
    }
    return undefined;
  }

  #emitted(chainId: number, { address, topics, data }: PastTransaction["logs"][number]): void {
    const key = keyOf(chainId, address);
    const [contract, variable] = [this.#story.contracts.get(key), this.#contracts.get(key)];
    if (contract === undefined || variable === undefined) return;
    const event = new Interface(contract.abi).parseLog({ topics, data });
    if (event === null) return;
    const args = this.#withArgs(chainId, event.fragment.inputs, event.args);
    this.#lines.push(`await expect(sent).to.emit(${variable}, ${quoted(event.name)})${args};`);
  }

  /** What an event or an error says, where all of it is the same at another time: no hashes, and no times of day. */
  #withArgs(chainId: number, types: readonly ParamType[], args: Result): string {
    const values = readable(args);
    if (values === undefined) return "";
    const isSame = (type: ParamType, i: number): boolean => {
      const value = values[i];
      if (type.indexed === true && !/^(address|bool|u?int\d*)$/.test(type.type)) return false;
      return type.type !== "bytes32" && !(typeof value === "bigint" && value > FIRST_TIME && value < LAST_TIME);
    };
    if (types.length === 0 || !types.every(isSame)) return "";
    return `.withArgs(${types.map((type, i) => literal(values[i], type, this.#known(chainId))).join(", ")})`;
  }

  #arrived({ destinationChainId, failure }: CopiedMessage): void {
    const chain = this.#chain(destinationChainId);
    if (failure === undefined) {
      this.#lines.push(`await expect(sent).to.be.deliveredTo(${chain});`);
      return;
    }
    const named = this.#errorOf(destinationChainId, failure.data, failure.contract);
    if (named !== undefined)
      this.#lines.push(
        `await expect(sent).to.be.revertedOn(${chain}, ${named.variable}, ${quoted(named.name)})${named.withArgs};`,
      );
  }

  #chain(chainId: number): string {
    const found = this.#story.chains.find((each) => each.chainId === chainId);
    return found === undefined ? "l1" : variableOf(found.name);
  }

  #account(address: string): string {
    const key = address.toLowerCase();
    const name = this.#accounts.get(key) ?? NAMES[this.#accounts.size] ?? `account${this.#accounts.size}`;
    this.#accounts.set(key, name);
    return name;
  }

  #known(chainId: number): Known {
    const all = [...this.#contracts];
    const here = (address: string): string | undefined => this.#contracts.get(keyOf(chainId, address));
    const elsewhere = (address: string): string | undefined =>
      all.find(([key]) => key.endsWith(`:${address}`) && key !== keyOf(chainId, address))?.[1];
    return {
      account: (address) => this.#accounts.get(address),
      contract: (address) => here(address) ?? elsewhere(address),
      remote: (address) => elsewhere(address) ?? here(address),
    };
  }

  #variable(name: string): string {
    const first = `${name.charAt(0).toLowerCase()}${name.slice(1)}`;
    let variable = first;
    for (let count = 2; this.#taken.has(variable); count++) variable = `${first}${count}`;
    this.#taken.add(variable);
    return variable;
  }
}

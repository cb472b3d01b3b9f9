import type { InterfaceAbi } from "ethers";
import { RpcCode, RpcError } from "../../../../chain/rpc/request/json-rpc.ts";
import { protocolNames } from "../../../client/sending/protocol-names.ts";
import { revertReason, withoutArguments, type ContractNames, type NamedArgument } from "../../../client/sending/revert-reason.ts";
import { type Hex, isHexBytes } from "../../../../ground/protocol/hex.ts";
import { decodingRoom } from "./decoding-room.ts";
import type { StorageLayout } from "./storage-layout.ts";

/** A contract that the project has compiled. */
export interface NamedContract {
  readonly name: string;
  /** Name with its source, which distinguishes contracts of one name. */
  readonly fullName: string;
  readonly abi: InterfaceAbi;
  /** Creation code, without the constructor's arguments; absent if libraries are linked into it. */
  readonly creation?: string | undefined;
}

/** A line of the project's source. */
export interface SourcePlace {
  /** Such as "contracts/Counter.sol". */
  readonly source: string;
  /** Counted from 1. */
  readonly line: number;
  /** Such as "Counter.increase". */
  readonly function: string;
}

/**
 * Source of an instruction in a contract's code: its line, which is missing for code by the compiler itself, and whether
 * it jumps into a function ("i") or out of one ("o"). `undefined` if there is no such instruction.
 */
export type CodePlaces = (pc: number) => { readonly jump: string; readonly place: SourcePlace | undefined } | undefined;

/** Compiled contracts of the project that started the ecosystem. */
export interface ProjectNames extends ContractNames {
  /** The contract that has this code on a chain. Absent: the project's contracts are not known. */
  contract?(code: string): NamedContract | undefined;
  /** All of them. Absent if the project has none. */
  readonly contracts?: readonly NamedContract[];
  /**
   * Text of a source by its name in a stack trace; `undefined` if the project has not compiled it. Absent if the project
   * has none.
   */
  source?(name: string): Promise<string | undefined>;
  /** The variables of a contract by its full name; `undefined` if they are unknown. Absent if the project has none. */
  layout?(fullName: string): Promise<StorageLayout | undefined>;
  /**
   * Lines of Solidity of a contract's code, innermost first: `trail` has the instructions at which it jumped, then the
   * last one. Empty if they are unknown. Absent if the project has none.
   */
  lines?(fullName: string, trail: readonly number[]): Promise<readonly string[]>;
  /** Source locations of a contract's code; `undefined` if they are unknown. Absent if the project has none. */
  places?(fullName: string): Promise<CodePlaces | undefined>;
}

/** Answer of `hyperchain_describe` to each thing that was asked about; what is not known is absent. */
export interface Description {
  /** Function and arguments of an `input`. */
  readonly call?: string;
  /** Event and arguments of `topics` and `data`; its signature alone if its arguments cannot be decoded. */
  readonly event?: string;
  /** The arguments of that call or event one by one; absent where they are not decoded, or there are none. */
  readonly arguments?: readonly NamedArgument[];
  /** Why what returned `output` reverted, as the end of "it reverted …". */
  readonly reason?: string;
  /** The project's contract that has the code at `address` of `chain`. */
  readonly contract?: Pick<NamedContract, "name" | "fullName" | "abi">;
}

/** Things that one question asks about. */
const MOST_THINGS = 100;
const MOST_TOPICS = 4;

interface DescribeDependencies {
  readonly names: () => Promise<ProjectNames>;
  /** A member by its name or id. Throws RpcError. */
  readonly memberNamed: (chain: unknown) => bigint;
  readonly codeOf: (chainId: bigint, address: Hex) => Promise<string>;
}

/**
 * Describes calls, events and reverts as text, and the contract at an address: by the project's contracts and by this
 * package's. Rejects with RpcError for a malformed list of such things.
 */
export async function describeAll(things: unknown, dependencies: DescribeDependencies): Promise<readonly Description[]> {
  if (!Array.isArray(things) || things.length > MOST_THINGS)
    throw new RpcError(RpcCode.invalidParams, `the first parameter is a list of ${MOST_THINGS} things at most`);
  const names = await dependencies.names();
  const described: Description[] = [];
  const isDecoded = decodingRoom();
  for (const thing of things as readonly unknown[]) {
    described.push(await describe(thing, { names, isDecoded }, dependencies));
    // Each can take a while: others are answered in between.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return described;
}

interface Decoding {
  readonly names: ProjectNames;
  /** Whether there is room for these bytes, which are then counted. */
  readonly isDecoded: (data: Hex) => boolean;
}

async function describe(
  thing: unknown,
  { names, isDecoded }: Decoding,
  { memberNamed, codeOf }: DescribeDependencies,
): Promise<Description> {
  if (typeof thing !== "object" || thing === null) throw unlike();
  const { input, topics, data = "0x", output, chain, address } = thing as Readonly<Record<string, unknown>>;
  if (isHexBytes(input)) return describedCall(input, isDecoded(input), names);
  if (isHexBytes(output)) return isDecoded(output) ? { reason: revertReason(output, names) } : {};
  if (isTopics(topics) && isHexBytes(data)) return isDecoded(data) ? describedEvent(topics, data, names) : {};
  if (!isHexBytes(address) || address.length !== 42) throw unlike();
  const contract = names.contract?.(await codeOf(memberNamed(chain), address));
  return contract === undefined ? {} : { contract: { name: contract.name, fullName: contract.fullName, abi: contract.abi } };
}

/** Description of a call; for one that is too long to decode, or has malformed arguments, at least the function. */
function describedCall(input: Hex, isDecoded: boolean, names: ContractNames): Description {
  for (const known of isDecoded ? [names, protocolNames] : []) {
    const call = known.call(input);
    if (call !== undefined) return { call, ...argumentsIn(known.callArguments(input)) };
  }
  const call = withoutArguments(names.functionName(input) ?? protocolNames.functionName(input));
  return call === undefined ? {} : { call };
}

function describedEvent(topics: readonly Hex[], data: Hex, names: ContractNames): Description {
  for (const known of [names, protocolNames]) {
    const event = known.event(topics, data);
    if (event !== undefined) return { event, ...argumentsIn(known.eventArguments(topics, data)) };
  }
  const [topic = ""] = topics;
  const event = names.eventSignature(topic) ?? protocolNames.eventSignature(topic);
  return event === undefined ? {} : { event };
}

function argumentsIn(named: readonly NamedArgument[] | undefined): Pick<Description, "arguments"> {
  return named === undefined || named.length === 0 ? {} : { arguments: named };
}

function isTopics(value: unknown): value is readonly Hex[] {
  return Array.isArray(value) && value.length <= MOST_TOPICS && value.every((topic) => isHexBytes(topic) && topic.length === 66);
}

function unlike(): RpcError {
  return new RpcError(
    RpcCode.invalidParams,
    "each thing is {input}, {topics, data}, {output} or {chain, address}, of hexadecimal bytes",
  );
}

import { Interface, type ConstructorFragment } from "ethers";
import { RpcCode, RpcError } from "../../../../chain/rpc/request/json-rpc.ts";
import type { Hex } from "../../../../ground/protocol/hex.ts";
import { encodeArguments } from "./contract-call.ts";
import type { NamedContract, ProjectNames } from "../books/describe.ts";

/** A contract of the project that a transaction can create, as `hyperchain_contracts` answers it. */
export interface Deployable {
  readonly name: string;
  /** With its source, such as "contracts/Counter.sol:Counter". */
  readonly fullName: string;
  /** Parameters of the constructor, in Solidity's JSON. */
  readonly inputs: readonly unknown[];
  /** Whether it takes value. */
  readonly isPayable: boolean;
}

/** In the order of their names: without interfaces, abstract contracts, and those into which libraries are linked. */
export function deployable({ contracts = [] }: ProjectNames): readonly Deployable[] {
  return contracts
    .filter(({ creation }) => creation !== undefined)
    .map(({ name, fullName, abi }) => {
      const { inputs, payable } = constructorOf(abi);
      return { name, fullName, inputs: inputs.map((input) => JSON.parse(input.format("json")) as unknown), isPayable: payable };
    })
    .toSorted((one, other) => one.name.localeCompare(other.name) || one.fullName.localeCompare(other.fullName));
}

/** Creation data of a contract of the project, with its constructor's arguments, a text each. Throws RpcError. */
export function creationOf({ contracts = [] }: ProjectNames, named: string, texts: readonly string[]): Hex {
  const found = contracts.filter(({ name, fullName }) => named === name || named === fullName);
  const [contract] = found;
  const shown = named.slice(0, 100);
  if (contract === undefined) throw refused(`the project has compiled no contract ${shown}`);
  if (found.length > 1)
    throw refused(
      `${shown} is the name of ${found.length} contracts: write ${found.map(({ fullName }) => fullName).join(" or ")}`,
    );
  if (contract.creation === undefined)
    throw refused(
      `${shown} has no code that a transaction could deploy: it is an interface or abstract, or needs libraries, ` +
        "which a script links and deploys",
    );
  const { inputs } = constructorOf(contract.abi);
  if (inputs.length !== texts.length)
    throw refused(`the constructor of ${shown} takes ${inputs.length} arguments, not ${texts.length}`);
  return `${contract.creation}${encodeArguments(inputs, texts).slice(2)}` as Hex;
}

/** Without one in the source: one that takes nothing. */
function constructorOf(abi: NamedContract["abi"]): ConstructorFragment {
  return new Interface(abi).deploy;
}

function refused(message: string): RpcError {
  return new RpcError(RpcCode.invalidParams, message);
}

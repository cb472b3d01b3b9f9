import { Interface, type ErrorDescription, type InterfaceAbi } from "ethers";
import { solidityLines } from "../../../ecosystem/client/sending/remote-failure.ts";
import { revertError, revertReason } from "../../../ecosystem/client/sending/revert-reason.ts";
import { panicText } from "../../../ground/protocol/panic-code.ts";
import { decodedValues } from "../../../ground/protocol/decoded-values.ts";
import type { ContractLike, MemberLike } from "../api/assertions.ts";
import type { MessageError } from "../api/message.ts";
import { failureOf } from "./failure.ts";
import { readMember, readSubject } from "./subject.ts";
import { fits, plain } from "./values.ts";
import type { Verdict } from "./verdict.ts";

/** Expected revert of a call. */
interface Expected {
  /** Text after "to revert on beta". */
  readonly text: string;
  /** Decoder for errors other than Solidity's and the protocol's. */
  readonly names: { error(data: string): ErrorDescription | undefined } | undefined;
  fits(error: ErrorDescription | undefined): boolean;
}

/** A verdict with the error that the call reverted with, where it was the expected one. */
export interface RevertVerdict extends Verdict {
  readonly error?: ErrorDescription | undefined;
  readonly text?: string;
}

/**
 * True if a call reverted on a member: with anything, with a reason (text), with a panic (its code), or with
 * an error of a contract. Rejects with TypeError for an error that the contract does not have.
 */
export async function revertedOn(
  value: unknown,
  member: MemberLike,
  reason?: string | number | bigint | ContractLike,
  errorName?: string,
): Promise<RevertVerdict> {
  const expected = expectedRevert(reason, errorName);
  const subject = await readSubject(value, member);
  const { name, chainId } = readMember(subject.hyperchains, member);
  const shouldNotHold = `expected the call not to revert on ${name}${expected.text}, but it did`;
  const fails = (reason: string, failure?: MessageError): RevertVerdict => ({
    holds: false,
    shouldHold: `expected the call to revert on ${name}${expected.text}, but ${reason}`,
    shouldNotHold,
    sourceLines: solidityLines(failure),
  });
  const isCall = (type: string): boolean => type === "bundle" || type === "l1Call";
  const call = subject.messages.find(({ type, destinationChainId }) => isCall(type) && destinationChainId === chainId);
  if (call === undefined) return fails("the transaction sent no call there");
  const failure = await failureOf(call);
  if (failure === undefined) return fails("it succeeded");
  if (failure.code !== "CallFailed" || failure.data === undefined) return fails(failure.message);
  const error = revertError(failure.data, expected.names);
  if (!expected.fits(error))
    return fails(
      `it reverted ${error === undefined && failure.reason !== undefined ? failure.reason : revertReason(failure.data, expected.names)}`,
      failure,
    );
  return { holds: true, shouldHold: "", shouldNotHold, sourceLines: solidityLines(failure), error, text: name };
}

/**
 * The verdict where the error's arguments must be these too. Rejects with TypeError where no error with arguments is
 * asserted.
 */
export async function withArguments(
  verdict: Promise<RevertVerdict>,
  expected: readonly unknown[],
  isNegated: boolean,
): Promise<Verdict> {
  if (isNegated)
    throw new TypeError(
      "withArgs cannot follow .not: assert either that it does not revert with the error, or with which arguments it does",
    );
  const { error, ...found } = await verdict;
  if (!found.holds) return found;
  if (error === undefined) throw new TypeError('withArgs needs an error: .revertedOn(member, contract, "ErrorName").withArgs(…)');
  const actual = decodedValues(error.args);
  const holds = actual.length === expected.length && actual.every((each, i) => fits(each, expected[i]));
  const shown = actual.map((each, i) => (typeof expected[i] === "function" ? expected[i] : each));
  return {
    ...found,
    holds,
    shouldHold: `expected ${error.name} on ${found.text ?? ""} with other arguments than (${actual.map(String).join(", ")})`,
    compared: { expected: expected.map(plain), actual: shown.map(plain) },
  };
}

function expectedRevert(reason: string | number | bigint | ContractLike | undefined, errorName: string | undefined): Expected {
  if (reason === undefined) return { text: "", names: undefined, fits: () => true };
  if (typeof reason === "string") {
    if (errorName !== undefined)
      throw new TypeError(
        `an error's name follows the contract that has it: revertedOn(member, contract, ${JSON.stringify(errorName)})`,
      );
    return {
      text: ` with ${JSON.stringify(reason)}`,
      names: undefined,
      fits: (error) => error?.name === "Error" && decodedValues(error.args)[0] === reason,
    };
  }
  if (typeof reason !== "object") {
    const code = BigInt(reason);
    return {
      text: ` with panic ${panicText(code)}`,
      names: undefined,
      fits: (error) => error?.name === "Panic" && error.args[0] === code,
    };
  }
  const { fragments } = interfaceOf(reason);
  const names = fragments.flatMap((fragment) => (fragment.type === "error" && "name" in fragment ? [String(fragment.name)] : []));
  if (errorName === undefined)
    throw new TypeError(`name the contract's error: revertedOn(member, contract, "…"); it has ${listed(names)}`);
  if (!names.includes(errorName))
    throw new TypeError(`the contract has no error ${JSON.stringify(errorName)}; it has ${listed(names)}`);
  const contract = interfaceOf(reason);
  return {
    text: ` with ${errorName}`,
    names: { error: (data) => safely(() => contract.parseError(data)) },
    fits: (error) => error?.name === errorName,
  };
}

/** Revert data can be cut off, and need not be of the contract at all. */
function safely(parse: () => ErrorDescription | null): ErrorDescription | undefined {
  try {
    return parse() ?? undefined;
  } catch {
    return undefined;
  }
}

/** Interface of a contract of ethers or of viem. Throws TypeError for another value. */
export function interfaceOf(contract: ContractLike): Interface {
  if ("interface" in contract && contract.interface instanceof Interface) return contract.interface;
  const abi = "abi" in contract ? contract.abi : undefined;
  if (Array.isArray(abi)) return new Interface(abi as InterfaceAbi);
  throw new TypeError("the contract must have an interface, as ethers' contracts do, or an abi, as viem's do");
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? "none" : names.join(", ");
}

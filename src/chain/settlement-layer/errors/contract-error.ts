import { AbiCoder, ErrorDescription, Interface, type ErrorFragment } from "ethers";
import { contractErrorsAbi } from "../../../ground/abi/contract-errors.ts";
import { errorLayersWithData } from "../../../ground/errors/error-layers.ts";
import { type Hex, isHexBytes } from "../../../ground/protocol/hex.ts";

/** Revert data with the prefix of OpenEthereum and of Nethermind before 2025. */
const PREFIXED_DATA = /^Reverted (0x(?:[0-9a-f]{2})*)$/i;
/** Hexadecimal characters. */
const SELECTOR_LENGTH = 10;
/** Every interface has the errors of Solidity. */
const solidity = new Interface([]);

/**
 * Revert data inside whatever a client threw, or undefined if no contract refused anything. Searches `data`, `error`, `info` and
 * `cause`, as ethers, viem, Hardhat and plain JSON-RPC clients nest it. A layer without data may surround one that has them.
 */
export function revertDataOf(thrown: unknown): Hex | undefined {
  const found = errorLayersWithData(thrown).flatMap(({ data }) => revertDataIn(data));
  return found.find((data) => data !== "0x") ?? found[0];
}

function revertDataIn(data: unknown): readonly Hex[] {
  const plain = typeof data === "string" ? (PREFIXED_DATA.exec(data)?.[1] ?? data) : data;
  return isHexBytes(plain) ? [plain.toLowerCase() as Hex] : [];
}

/**
 * Decoder of revert data by the errors of contracts and of Solidity. It returns undefined for any other error, and for data that
 * are cut off.
 */
export function errorDecoder(contracts: readonly Interface[]): (data: Hex) => ErrorDescription | undefined {
  // By selector, computed once: ethers hashes each error's signature for each error that it looks for.
  let bySelector: ReadonlyMap<string, ErrorFragment> | undefined;
  return (data) => {
    const selector = data.slice(0, SELECTOR_LENGTH);
    if (selector.length < SELECTOR_LENGTH) return undefined;
    const error = (bySelector ??= fragmentsBySelector(contracts)).get(selector);
    try {
      if (error === undefined) return solidity.parseError(data) ?? undefined;
      const args = AbiCoder.defaultAbiCoder().decode(error.inputs, `0x${data.slice(SELECTOR_LENGTH)}`);
      return new ErrorDescription(error, selector, args);
    } catch {
      // A contract reverts with any bytes.
      return undefined;
    }
  };
}

/** The first contract that has an error names it. */
function fragmentsBySelector(contracts: readonly Interface[]): ReadonlyMap<string, ErrorFragment> {
  const found = new Map<string, ErrorFragment>();
  for (const contract of contracts)
    contract.forEachError((error) => {
      if (!found.has(error.selector)) found.set(error.selector, error);
    });
  return found;
}

/** Errors of this package's contracts. */
export const packageErrors = new Interface(contractErrorsAbi);

/** Decodes revert data by the errors of this package's contracts and Solidity's. */
export const packageError = errorDecoder([packageErrors]);

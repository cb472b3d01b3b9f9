import { AbiCoder, concat, getCreateAddress, Interface, ZeroHash } from "ethers";
import { settlementCreatorAbi } from "../../../ground/abi/settlement-creator.ts";
import { CREATE2_DEPLOYER, deployedAddress } from "../../../ground/protocol/create2.ts";
import { keccak256 } from "../../../proofs/kernels/wasm/keccak256.ts";
import { fromHex, toHex, type Hex } from "../../../ground/protocol/hex.ts";

/** Choices for the contracts that the chains on a chain share (`SettlementTerms.sol`). */
export interface SettlementTerms {
  readonly governance: Hex;
  /** The zero address without one. */
  readonly council: Hex;
  /** Tells settlements with the same other terms apart. */
  readonly number: bigint;
  readonly retirementNotice: bigint;
  readonly freezeTime: bigint;
  readonly freezeCycle: bigint;
  readonly reactionTime: bigint;
  readonly revealDelay: bigint;
  readonly recoveryTime: bigint;
}

/** A transaction that anyone may send. */
export interface PlacingCall {
  readonly to: Hex;
  readonly data: string;
}

/** A settlement whose addresses follow from codes and terms. */
export interface PlannedSettlement {
  /** Address of the creator. */
  readonly address: Hex;
  /** Hash of the hashes of the codes. */
  readonly codes: Hex;
  /** Creates the creator. */
  readonly creation: PlacingCall;
  /** Address of the contract with this index. */
  addressOf(place: number): Hex;
  /** Creates the contract with this index, after those before it. */
  placing(place: number): PlacingCall;
}

const TERMS =
  "tuple(address governance, address council, uint256 number, uint256 retirementNotice, uint256 freezeTime, uint256 freezeCycle, uint256 reactionTime, uint256 revealDelay, uint256 recoveryTime)";
const creator = new Interface(settlementCreatorAbi);

/** Hash of the hashes of the creation codes, in the order of their places (`SettlementPlaces.sol`). */
export function codesHash(codes: readonly string[]): Hex {
  return hashOfHashes(codes.map(hashOf));
}

function hashOfHashes(hashes: readonly string[]): Hex {
  return hashOf(concat(hashes));
}

function hashOf(bytes: string): Hex {
  return toHex(keccak256(fromHex(bytes)));
}

/**
 * The settlement of these terms. `codes` are the creation codes of all places, in their order, without arguments; `creatorCode`
 * is that of SettlementCreator.
 */
export function plannedSettlement(terms: SettlementTerms, codes: readonly string[], creatorCode: string): PlannedSettlement {
  const hashes = codes.map(hashOf);
  const hash = hashOfHashes(hashes);
  const args = AbiCoder.defaultAbiCoder().encode([TERMS, "bytes32"], [terms, hash]);
  const initCode = concat([creatorCode, args]);
  const address = deployedAddress(initCode);
  return {
    address,
    codes: hash,
    creation: { to: CREATE2_DEPLOYER, data: concat([ZeroHash, initCode]) },
    addressOf: (place) => getCreateAddress({ from: address, nonce: place + 1 }).toLowerCase() as Hex,
    placing: (place) => ({ to: address, data: creator.encodeFunctionData("create", [place, hashes, codes[place]]) }),
  };
}

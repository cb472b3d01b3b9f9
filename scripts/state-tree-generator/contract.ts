import { EntryTag } from "../../src/ground/protocol/diff-list.ts";
import { DomainTag, MAX_LEAF_COUNT, STATE_TREE_DEPTH } from "../../src/ground/protocol/domain-tags.ts";
import { indentYul } from "../verifier-generator/indent.ts";
import { COMPRESS_FUNCTION } from "./yul-poseidon.ts";

const HALF = "0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff";
const QUARTER = "0x00000000ffffffff00000000ffffffff00000000ffffffff00000000ffffffff";
/** Highest of the kinds that a tree has today (docs/protocol.md). */
const MAX_LEAF_KIND = 3;
const LOW_128 = "0xffffffffffffffffffffffffffffffff";

/**
 * Address of an error, address for an error that did not occur, and address of the root: above the memory of
 * compressions. With the error at 0 both ends have equal gas: a jump's destination is 1 gas, and a push of
 * zero costs 1 less than another address.
 */
const ERROR = 0;
const ELSEWHERE = 0x1200;
const ROOT = 0x1300;
/** Behind an error: how long the call's answer is, be it the root, and whether there is an error. */
const SIZE = 0x80;
const FOUND = 0xa0;

const FUNCTIONS = `
// \`digest\` if one of its elements is not below the modulus, else \`before\`
function faulty(before, digest) -> found {
  let bad := and(or(digest, add(digest, 0x00ffffff00ffffff00ffffff00ffffff00ffffff00ffffff00ffffff00ffffff)), 0x8000000080000000800000008000000080000000800000008000000080000000)
  found := xor(before, mul(iszero(iszero(bad)), xor(before, digest)))
}
// makes an error the call's end where \`found\` is 1: a selector, up to three words, the length of all; length 0: an error without data
function refuse(found, selector, a, b, c, size) {
  let at := mul(iszero(found), ${ELSEWHERE})
  mstore(at, selector)
  mstore(add(at, 0x04), a)
  mstore(add(at, 0x24), b)
  mstore(add(at, 0x44), c)
  mstore(add(at, ${SIZE}), size)
  mstore(add(at, ${FOUND}), 1)
}
// eight limbs of 16 bits as a digest, the lowest one first
function spread(x) -> r {
  r := and(or(x, shl(64, x)), ${HALF})
  r := and(or(r, shl(32, r)), ${QUARTER})
  r := and(or(r, shl(16, r)), 0x0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff)
  r := or(shr(128, r), shl(128, r))
  r := or(and(shr(64, r), ${HALF}), shl(64, and(r, ${HALF})))
  r := or(and(shr(32, r), ${QUARTER}), shl(32, and(r, ${QUARTER})))
}
${COMPRESS_FUNCTION}`;

/** Derives a key: six of the address's limbs behind tag and kind, the other four before the slot's first four. */
const DERIVE_KEY = `
let key
{
  let account := calldataload(add(asked, 0x20))
  let slot := calldataload(add(asked, 0x40))
  key := or(or(shl(224, ${EntryTag.insertion}), shl(192, calldataload(asked))), shr(64, spread(and(account, 0xffffffffffffffffffffffff))))
  key := compress(${DomainTag.key}, key, spread(or(shr(96, account), shl(64, and(slot, 0xffffffffffffffff)))))
  key := compress(${DomainTag.key}, key, spread(and(shr(64, slot), ${LOW_128})))
  key := compress(${DomainTag.key}, key, spread(shr(192, slot)))
}`;

/** From a leaf to the root, by the path's calldata: next key, index, leaf count, siblings. */
const CLIMB = `
mstore(${ERROR + FOUND}, 0)
mstore(${ERROR + SIZE}, 0x20)
let own := xor(key, mul(without, xor(key, lowKey)))
let fault := faulty(faulty(0, calldataload(path)), own)
{
  let index := calldataload(add(path, 0x20))
  let root := compress(${DomainTag.value}, spread(and(value, ${LOW_128})), spread(shr(128, value)))
  root := compress(${DomainTag.leaf}, compress(add(${DomainTag.pair}, ownKind), own, calldataload(path)), root)
  for { let level := 0 } lt(level, ${STATE_TREE_DEPTH}) { level := add(level, 1) } {
    let right := calldataload(add(add(path, 0x60), shl(5, level)))
    fault := faulty(fault, right)
    let swapped := mul(and(shr(level, index), 1), xor(root, right))
    root := compress(${DomainTag.node}, xor(root, swapped), xor(right, swapped))
  }
  mstore(${ROOT}, compress(${DomainTag.state}, root, shl(224, calldataload(add(path, 0x40)))))
}`;

/** Checks for errors, the gravest last: the last one found is reported. */
const CHECKS = `
{
  // Elements are big-endian, the first one on top: digests in their order are words in theirs. No key follows the last leaf's.
  let nextKey := calldataload(path)
  let outside := or(iszero(lt(lowKey, key)), mul(iszero(iszero(nextKey)), iszero(lt(key, nextKey))))
  refuse(mul(without, outside), keyNotBetween, key, lowKey, nextKey, 0x64)
}
refuse(iszero(iszero(fault)), digestNotCanonical, fault, 0, 0, 0x24)
{
  let index := calldataload(add(path, 0x20))
  let leafCount := calldataload(add(path, 0x40))
  refuse(iszero(lt(index, leafCount)), leafIndexTooLarge, leafCount, index, 0, 0x44)
  refuse(gt(leafCount, ${MAX_LEAF_COUNT}), leafCountTooLarge, ${MAX_LEAF_COUNT}, leafCount, 0, 0x44)
}
{
  let kind := calldataload(asked)
  refuse(gt(ownKind, ${MAX_LEAF_KIND}), leafKindUnknown, ${MAX_LEAF_KIND}, ownKind, 0, 0x44)
  refuse(gt(kind, ${MAX_LEAF_KIND}), leafKindUnknown, ${MAX_LEAF_KIND}, kind, 0, 0x44)
}
// As the compiler's decoder would, for a word that is not an address.
refuse(iszero(iszero(shr(160, calldataload(add(asked, 0x20))))), 0, 0, 0, 0, 0)`;

/** Entry points: each reads its key and its leaf at other positions of the calldata. */
const ENTRY_POINTS = `    /// @inheritdoc IStateTree
    function computeRoot(StateLeaf calldata leaf, LeafPath calldata path) external pure returns (bytes32) {
        uint256 kind;
        uint256 value;
        uint256 asked;
        assembly ("memory-safe") {
            asked := leaf
            kind := calldataload(leaf)
            value := calldataload(add(leaf, 0x60))
        }
        climb(asked, 0, kind, 0, value, path);
    }

    /// @inheritdoc IStateTree
    function computeRootWithout(StateKey calldata key, LowLeaf calldata low, LeafPath calldata path)
        external
        pure
        returns (bytes32)
    {
        uint256 kind;
        uint256 lowKey;
        uint256 value;
        uint256 asked;
        assembly ("memory-safe") {
            asked := key
            kind := calldataload(low)
            lowKey := calldataload(add(low, 0x20))
            value := calldataload(add(low, 0x40))
        }
        climb(asked, 1, kind, lowKey, value, path);
    }
`;

/** The contract that hashes paths of state trees. */
export function generateStateTree(): { readonly name: string; readonly source: string } {
  return {
    name: "StateTree",
    source: `// SPDX-License-Identifier: MIT
// Generated by \`npm run generate\` from scripts/state-tree-generator; do not edit.
pragma solidity 0.8.37;

import {IStateTree, LeafPath, LowLeaf, StateKey, StateLeaf} from "../../interfaces/IStateTree.sol";

/// @title Roots of state trees from a leaf and its path
/// @dev What gas a call takes follows from its selector and length alone: nothing branches on what the arguments say, and of
/// structures the compiler checks the length only. So a prover may compute a call without running it.
contract StateTree is IStateTree {
${ENTRY_POINTS}
    /// @dev Ends the call with the root, or with an error.
    /// @param asked Place of kind, account and slot in the calldata.
    /// @param without 1 where the leaf is the one before the gap, 0 where it is the key's own.
    /// @param ownKind Of the leaf, as \`value\`.
    /// @param lowKey The leaf's key where it is not the derived one.
    function climb(
        uint256 asked,
        uint256 without,
        uint256 ownKind,
        uint256 lowKey,
        uint256 value,
        LeafPath calldata path
    ) private pure {
        bytes32 keyNotBetween = KeyNotBetween.selector;
        bytes32 digestNotCanonical = DigestNotCanonical.selector;
        bytes32 leafIndexTooLarge = LeafIndexTooLarge.selector;
        bytes32 leafCountTooLarge = LeafCountTooLarge.selector;
        bytes32 leafKindUnknown = LeafKindUnknown.selector;
        // Nothing of the compiler's runs after this.
        assembly ("memory-safe") {
${indentYul(
  `${FUNCTIONS}
${DERIVE_KEY}
${CLIMB}
${CHECKS}
let size := mload(${ERROR + SIZE})
if mload(${ERROR + FOUND}) { revert(${ERROR}, size) }
return(${ROOT}, size)`,
  3,
)}
        }
    }
}
`,
  };
}

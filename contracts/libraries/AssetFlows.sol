// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AssetFlow} from "../types/AssetFlow.sol";
import {AssetMessage} from "./AssetMessage.sol";

/// @title Sums of a batch's asset messages
library AssetFlows {
    bytes32 internal constant FLOWS_TAG = keccak256("hyperchain.asset-flows.v1");

    uint256 private constant MESSAGE_LENGTH = 190;
    uint256 private constant ROUTER = 0x10003;
    uint256 private constant BASE_TOKEN = 0x800a;

    /// @dev Sums of the messages read so far.
    /// @param flows Room for one flow per message; the first `found` of them are set.
    /// @param table Open addressing: cells of a key and where its flow is in memory.
    struct Sums {
        AssetFlow[] flows;
        uint256[] table;
        uint256 found;
        bytes32 salt;
        uint256 settlementChainId;
    }

    /// @notice Sums asset messages by kind, destination and asset, in order of first appearance. Leaves out a withdrawal to
    /// another chain than `settlementChainId`, and any body that is not an asset message.
    /// @dev The logs must have been read already: lengths are not checked again.
    /// @param logs Logs from `offset` on, in the encoding of pubdata or of withheld pubdata.
    /// @param salt Something that senders of messages cannot foresee: it places flows in the table, so that no sender can
    /// choose assets that crowd one place and make the batch too dear to commit.
    function collect(bytes calldata logs, uint256 offset, uint256 count, uint256 settlementChainId, bytes32 salt)
        internal
        pure
        returns (AssetFlow[] memory flows)
    {
        uint256[] memory bodies = _findBodies(logs, offset, count);
        if (bodies.length == 0) return flows;
        uint256 size = 4;
        while (size < 4 * bodies.length) size <<= 1;
        Sums memory sums;
        sums.table = new uint256[](size);
        sums.salt = salt;
        sums.settlementChainId = settlementChainId;
        // The array of body positions becomes the array of flows: there are not more of them, and each is read before its
        // place is taken.
        assembly ("memory-safe") {
            mstore(sums, bodies)
        }
        for (uint256 i = 0; i < bodies.length; ++i) _add(sums, bodies[i]);
        uint256 found = sums.found;
        assembly ("memory-safe") {
            mstore(bodies, found)
            flows := bodies
        }
    }

    /// @notice Hash of a batch's flows in its commitment.
    function hash(AssetFlow[] memory flows) internal pure returns (bytes32) {
        return keccak256(abi.encode(FLOWS_TAG, flows));
    }

    /// @dev Positions in calldata of bodies that can be asset messages: of their length and from an asset predeploy.
    function _findBodies(bytes calldata logs, uint256 offset, uint256 count)
        private
        pure
        returns (uint256[] memory bodies)
    {
        // Lengths are not checked: the logs were read before. Memory is taken while it is filled, because only the walk shows
        // how many there are.
        assembly ("memory-safe") {
            bodies := mload(0x40)
            let free := add(bodies, 0x20)
            let at := add(logs.offset, offset)
            for {} count { count := sub(count, 1) } {
                let word := calldataload(at)
                let head := byte(0, word)
                // Messages with their senders pay for one check.
                if sub(head, 2) {
                    if lt(head, 2) {
                        at := add(at, 1)
                        continue
                    }
                    switch head
                    case 3 { at := add(at, 53) }
                    // A message of held accounts moves nothing, and its length follows the head.
                    default { at := add(add(at, 4), and(shr(224, word), 0xffffff)) }
                    continue
                }
                let length := and(shr(64, word), 0xffffff)
                let sender := and(shr(88, word), 0xffffffffffffffffffffffffffffffffffffffff)
                at := add(at, 24)
                if and(eq(length, MESSAGE_LENGTH), or(eq(sender, ROUTER), eq(sender, BASE_TOKEN))) {
                    mstore(free, at)
                    free := add(free, 0x20)
                }
                at := add(at, length)
            }
            mstore(bodies, shr(5, sub(sub(free, bodies), 0x20)))
            mstore(0x40, free)
        }
    }

    /// @dev Adds the message at this position in calldata to its sum, if it is an asset message. Fields are read at their
    /// positions in AssetMessage's layout; decoding each body into memory, as the twin in the tests does, takes ten times the gas.
    function _add(Sums memory sums, uint256 body) private pure {
        uint256 kind = _word(body) >> 240;
        if (kind >> 8 != AssetMessage.VERSION) return;
        kind &= 0xff;
        if (kind < AssetMessage.WITHDRAWAL || kind > AssetMessage.HYPERBRIDGE_DELIVERY) return;
        uint256 amount = _word(body + 86);
        if (amount > AssetMessage.MAX_AMOUNT) return;
        uint256 destinationChainId = _word(body + 2);
        if (kind == AssetMessage.WITHDRAWAL && destinationChainId != sums.settlementChainId) return;
        if (kind != AssetMessage.HYPERBRIDGE_SEND) destinationChainId = 0;
        (AssetFlow memory flow, bool isNew) = _find(sums, _key(sums.salt, kind, destinationChainId, body));
        if (isNew) {
            flow.kind = uint8(kind);
            flow.destinationChainId = destinationChainId;
            flow.originChainId = _word(body + 34);
            flow.originToken = address(uint160(_word(body + 66) >> 96));
            flow.amount = amount;
        } else {
            // Amounts are below 2^128 and there are fewer than 2^16 of them.
            unchecked {
                flow.amount += amount;
            }
        }
    }

    /// @dev The flow of a key, entered without content if it was not there. At least half of the cells stay free, so the walk
    /// ends.
    function _find(Sums memory sums, uint256 key) private pure returns (AssetFlow memory flow, bool isNew) {
        // Assembly: the compiler would allocate a zeroed flow at each call, and check bounds that the mask keeps.
        assembly ("memory-safe") {
            let table := mload(add(sums, 0x20))
            // Cells are two words.
            let mask := sub(shl(5, mload(table)), 0x40)
            let cell := and(shl(6, key), mask)
            for {} 1 { cell := and(add(cell, 0x40), mask) } {
                let at := add(add(table, 0x20), cell)
                let other := mload(at)
                if eq(other, key) {
                    flow := mload(add(at, 0x20))
                    break
                }
                if iszero(other) {
                    isNew := 1
                    flow := mload(0x40)
                    mstore(0x40, add(flow, 0xa0))
                    mstore(at, key)
                    mstore(add(at, 0x20), flow)
                    let found := mload(add(sums, 0x40))
                    mstore(add(add(mload(sums), 0x20), shl(5, found)), flow)
                    mstore(add(sums, 0x40), add(found, 1))
                    break
                }
            }
        }
    }

    /// @dev Hash of salt, kind, destination, origin chain and token; no two flows have one, and none has 0.
    function _key(bytes32 salt, uint256 kind, uint256 destinationChainId, uint256 body) private pure returns (uint256 key) {
        assembly ("memory-safe") {
            let at := mload(0x40)
            mstore(at, salt)
            mstore(add(at, 0x20), kind)
            mstore(add(at, 0x40), destinationChainId)
            // Origin chain (32) and token (20) stand next to each other.
            calldatacopy(add(at, 0x60), add(body, 34), 52)
            key := keccak256(at, 0x94)
        }
    }

    function _word(uint256 position) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := calldataload(position)
        }
    }
}

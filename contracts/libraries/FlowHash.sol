// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AtomicFlow, EscrowStatus} from "../interfaces/l2/IAtomicFlows.sol";

/// @title Names, messages and storage slots of atomic flows
library FlowHash {
    bytes32 internal constant FLOW_TAG = keccak256("hyperchain.atomic-flow.v1");
    /// @notice First byte of the message by which a leg announces that it exists.
    uint8 internal constant FACT = 4;
    /// @notice Slots of `escrows` and `executed` in AtomicFlows.
    uint256 internal constant ESCROWS_SLOT = 0;
    uint256 internal constant EXECUTED_SLOT = 1;

    function flowId(AtomicFlow calldata flow) internal pure returns (bytes32) {
        return keccak256(abi.encode(FLOW_TAG, flow));
    }

    /// @notice Key of a leg's escrow.
    function escrowKey(bytes32 id, uint256 leg) internal pure returns (bytes32) {
        return keccak256(abi.encode(id, leg));
    }

    /// @notice Word in an escrow's slot: its status in the lowest byte, above it the fee for the account that ends it. Reverts for a
    /// fee that does not fit: cut off, it would be shown to L1 as another.
    function escrowWord(EscrowStatus status, uint256 fee) internal pure returns (uint256) {
        return uint8(status) + fee * 256;
    }

    /// @notice The message of 34 bytes by which a leg's chain announces that the leg exists.
    function fact(bytes32 id, uint256 leg) internal pure returns (bytes memory) {
        return abi.encodePacked(FACT, id, uint8(leg));
    }

    /// @notice The slot that is written when a leg exists, and never cleared: an escrow's, or the pivot's execution.
    function factSlot(bytes32 id, uint256 leg, bool isPivot) internal pure returns (uint256) {
        return isPivot
            ? uint256(keccak256(abi.encode(id, EXECUTED_SLOT)))
            : uint256(keccak256(abi.encode(escrowKey(id, leg), ESCROWS_SLOT)));
    }
}

// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IL1Storage, L1SlotProof, L1Value} from "../../../../contracts/interfaces/l2/IL1Storage.sol";
import {OutputRoot} from "../../../../contracts/libraries/OutputRoot.sol";
import {StateSlot} from "../../../../contracts/libraries/StateSlot.sol";

/// @notice Slots of an output on L1, all after one block there: its root, its time and block, and the length of the list.
struct OutputProof {
    uint256 index;
    L1SlotProof root;
    L1SlotProof times;
    L1SlotProof length;
}

/// @notice Preimage of an output root, and proof of a slot in the rollup's state.
struct RollupProof {
    bytes32 version;
    bytes32 stateRoot;
    bytes32 passerRoot;
    bytes32 blockHash;
    bytes[] accountProof;
    bytes[] storageProof;
}

/// @notice Content of a slot after a block of the rollup.
/// @param timestamp Time at which L1 got the block's output, seconds by L1's clock.
struct RollupValue {
    uint256 value;
    uint128 blockNumber;
    uint128 timestamp;
}

/// @notice Reads balances of a token on another rollup, by the rollup's outputs in a contract on L1.
contract RollupSlotReader {
    IL1Storage private immutable l1;
    /// @dev Contract on L1 whose rules of finality are trusted, and slot of its list of outputs.
    address private immutable outputs;
    uint256 private immutable listSlot;
    /// @dev Seconds for which an output can be disputed, and after which it is stale.
    uint256 private immutable disputeSeconds;
    uint256 private immutable maxAgeSeconds;
    /// @dev Slots of an output: its root, then its time and block.
    uint256 private constant OUTPUT_SLOTS = 2;

    mapping(address account => mapping(uint256 slot => RollupValue)) public seen;

    error BlocksDiffer(uint256 expected, uint256 actual);
    error OutputDeleted(uint256 length, uint256 index);
    error OutputDisputable(uint256 finalAt, uint256 time);
    error OutputTooOld(uint256 earliest, uint256 timestamp);
    error OutputNotNewer(uint256 newest, uint256 blockNumber);

    constructor(
        IL1Storage l1_,
        address outputs_,
        uint256 listSlot_,
        uint256 disputeSeconds_,
        uint256 maxAgeSeconds_
    ) {
        (l1, outputs, listSlot) = (l1_, outputs_, listSlot_);
        (disputeSeconds, maxAgeSeconds) = (disputeSeconds_, maxAgeSeconds_);
    }

    /// @notice Stores the slot's content after the output's block, which is newer than the stored one.
    function take(OutputProof calldata output, address account, uint256 slot, RollupProof calldata proof) external {
        (bytes32 root, uint128 blockNumber, uint128 timestamp) = _outputOf(output);
        if (timestamp + maxAgeSeconds < block.timestamp) {
            revert OutputTooOld(block.timestamp - maxAgeSeconds, timestamp);
        }
        RollupValue storage newest = seen[account][slot];
        if (blockNumber <= newest.blockNumber) revert OutputNotNewer(newest.blockNumber, blockNumber);
        bytes32 state =
            OutputRoot.stateRoot(root, proof.version, proof.stateRoot, proof.passerRoot, proof.blockHash);
        uint256 value = StateSlot.valueOf(state, account, proof.accountProof, slot, proof.storageProof);
        seen[account][slot] = RollupValue({value: value, blockNumber: blockNumber, timestamp: timestamp});
    }

    /// @dev An output that is in the list after the block of L1, and can no longer be disputed there. A deletion shortens the list
    /// and leaves the slots, so the length is proven as well.
    function _outputOf(OutputProof calldata output)
        private
        view
        returns (bytes32 root, uint128 blockNumber, uint128 timestamp)
    {
        uint256 first = uint256(keccak256(abi.encode(listSlot))) + OUTPUT_SLOTS * output.index;
        L1Value memory length = l1.slotAt(outputs, listSlot, output.length);
        if (output.index >= length.value) revert OutputDeleted(length.value, output.index);
        uint256 times = _slotAfter(length.blockNumber, first + 1, output.times);
        (timestamp, blockNumber) = (uint128(times), uint128(times >> 128));
        uint256 finalAt = timestamp + disputeSeconds;
        if (length.timestamp <= finalAt) revert OutputDisputable(finalAt, length.timestamp);
        root = bytes32(_slotAfter(length.blockNumber, first, output.root));
    }

    function _slotAfter(uint256 blockNumber, uint256 slot, L1SlotProof calldata proof) private view returns (uint256) {
        L1Value memory shown = l1.slotAt(outputs, slot, proof);
        if (shown.blockNumber != blockNumber) revert BlocksDiffer(blockNumber, shown.blockNumber);
        return shown.value;
    }
}

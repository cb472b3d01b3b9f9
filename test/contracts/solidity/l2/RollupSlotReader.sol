// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IL1Storage, L1SlotProof, L1Value} from "../../../../contracts/interfaces/l2/IL1Storage.sol";
import {OutputRoot} from "../../../../contracts/libraries/OutputRoot.sol";
import {StateSlot} from "../../../../contracts/libraries/StateSlot.sol";

/// @notice Preimage of an output root, and proof of a slot in the rollup's state.
struct RollupProof {
    bytes32 version;
    bytes32 stateRoot;
    bytes32 passerRoot;
    bytes32 blockHash;
    bytes[] accountProof;
    bytes[] storageProof;
}

/// @notice Reads balances of a token on another rollup, by the rollup's outputs in a contract on L1.
contract RollupSlotReader {
    IL1Storage private immutable l1;
    /// @dev Contract on L1 whose rules of finality are trusted, and slot of its list of outputs.
    address private immutable outputs;
    uint256 private immutable listSlot;
    /// @dev Slots of an output: its root, then its time and block.
    uint256 private constant OUTPUT_SLOTS = 2;

    mapping(address account => mapping(uint256 slot => uint256)) public seen;

    constructor(IL1Storage l1_, address outputs_, uint256 listSlot_) {
        (l1, outputs, listSlot) = (l1_, outputs_, listSlot_);
    }

    function take(
        uint256 index,
        L1SlotProof calldata output,
        address account,
        uint256 slot,
        RollupProof calldata proof
    ) external {
        uint256 place = uint256(keccak256(abi.encode(listSlot))) + OUTPUT_SLOTS * index;
        L1Value memory root = l1.slotAt(outputs, place, output);
        bytes32 state = OutputRoot.stateRoot(
            bytes32(root.value), proof.version, proof.stateRoot, proof.passerRoot, proof.blockHash
        );
        seen[account][slot] = StateSlot.valueOf(state, account, proof.accountProof, slot, proof.storageProof);
    }
}

// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {L2Message} from "../../types/L2Transactions.sol";

/// @notice A message and the proof that it is in an executed batch of a chain.
struct MessageInclusionProof {
    uint256 chainId;
    uint256 l1BatchNumber;
    uint256 l2MessageIndex;
    L2Message message;
    bytes32[] proof;
}

/// @title Proofs that another chain sent a message
/// @notice A message is the leaf of its batch's log tree; the log tree's root is in a leaf of the registry on L1, which
/// holds executed batches only; the registry's root was imported. L1 never executes a batch of this chain whose imports
/// are not in the registry's history, so what is accepted here either happened or is undone.
/// @dev Stateless; anyone may call it. A proven message is as true as the quorum of the chain that sent it: what the message
/// says about assets is checked by L1 before the registry learns of the batch, everything else is the sender's word.
interface IMessageVerification {
    /// @notice The proof does not have the form that its first word announces.
    error MalformedProof(uint256 expected, uint256 actual);
    /// @notice The leaf is of a block of L1, or a chain's mark: neither has messages.
    error LeafOfBlock(uint256 chainId, uint256 number);

    /// @notice Checks that the message with this index in the batch's log tree is in an imported root.
    /// @param proof Metadata (version 2, depth of the log tree 14, depth of the registry 32, then zeros) ‖
    /// siblings in the log tree from the leaf up ‖ the batch's index in the registry ‖ siblings in the
    /// registry from the leaf up ‖ registry index of the imported root ‖ the eleven words of the batch's
    /// record (BatchRecord). Against an imported fact instead: metadata (version 3, depth 14, then zeros) ‖
    /// siblings in the log tree from the leaf up, 15 words. Clients treat it as opaque.
    /// @return False where a hash or an index is wrong; reverts with MalformedProof where the shape is, and
    /// with LeafOfBlock.
    function proveL2MessageInclusionShared(
        uint256 chainId,
        uint256 batchNumber,
        uint256 index,
        L2Message calldata message,
        bytes32[] calldata proof
    ) external view returns (bool);

    /// @notice Likewise for a leaf that is already hashed: a log of any kind. False for the leaf of an absent log.
    function proveL2LeafInclusionShared(
        uint256 chainId,
        uint256 batchNumber,
        uint256 index,
        bytes32 leaf,
        bytes32[] calldata proof
    ) external view returns (bool);
}

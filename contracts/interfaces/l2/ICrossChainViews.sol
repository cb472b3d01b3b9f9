// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {BatchRecord} from "../../types/BatchRecord.sol";
import {LeafPath, LowLeaf} from "../IStateTree.sol";

/// @notice An executed batch of a chain, and its place in the registry on L1.
/// @param logRoot Root of the batch's log tree.
/// @param record What else L1 says of it, its state roots among that.
/// @param leafIndex Of the batch among the registry's leaves.
/// @param siblings In the registry, from the leaf up.
/// @param rootIndex Registry index of an imported root.
struct BatchRoot {
    uint256 chainId;
    uint64 batchNumber;
    bytes32 logRoot;
    BatchRecord record;
    uint256 leafIndex;
    bytes32[] siblings;
    uint256 rootIndex;
}

/// @notice Proof of a storage slot's value under a state root.
/// @param isWritten Whether the state has a leaf for the slot.
/// @param leaf The slot's own, of which only the value counts; of a slot that was never written the leaf
/// before its gap.
struct SlotProof {
    bool isWritten;
    LowLeaf leaf;
    LeafPath path;
}

/// @notice A storage slot of another chain after one of its batches.
/// @param value 0 also where the slot was never written.
/// @param executedAt When L1 executed the batch, seconds by L1's clock.
/// @param provenSince As in {BatchRecord}. A value is proven where every batch since a state that the reader trusts is: see {RemoteSlots.readProven}.
struct RemoteValue {
    uint256 value;
    uint64 batchNumber;
    uint64 executedAt;
    uint64 provenSince;
}

/// @title Storage of contracts on other chains, at roots that L1 has settled
/// @notice A state root is in the record of its batch; the record is in a leaf of the registry on L1, which
/// holds executed batches only; the registry's root was imported. L1 never executes a batch of this chain
/// whose imports are not in the registry's history, so a value that is shown here is either final on L1 or is
/// undone.
/// @dev Anyone may call it, and its stored values can only be replaced by a newer state of the same chain. A
/// value is as true as the quorum of the chain that it is read from, until execution is proven: that quorum
/// can show anything of that chain.
interface ICrossChainViews {
    /// @notice A newer state of the slot is kept than before.
    event ValueKept(uint256 indexed chainId, address indexed account, uint256 indexed slot, RemoteValue value);

    /// @notice No root of this registry index was imported.
    error RootNotImported(uint256 rootIndex);
    /// @notice The imported root does not hold the batch with this record at this place.
    error BatchNotInRoot(bytes32 expected, bytes32 actual);
    /// @notice The record is a mark: its number is that of a batch which L1 has not executed.
    error MarkIsNoBatch(uint256 chainId, uint64 batchNumber);
    /// @notice Leaf and path do not lead to the batch's state root.
    error StateRootMismatch(bytes32 expected, bytes32 actual);
    /// @notice Nothing that new is kept, and no gateway was named that could show it.
    error NothingKept(uint256 chainId, address account, uint256 slot, uint64 notBefore);
    /// @notice The gateway answered with another chain's batch.
    error AnotherChain(uint256 expected, uint256 actual);
    /// @notice The gateway answered with a batch that L1 executed too early.
    error ExecutedTooEarly(uint64 notBefore, uint64 executedAt);
    /// @notice ERC-3668: the client asks one of `urls` for `callData`, and calls `callbackFunction` with the answer.
    error OffchainLookup(address sender, string[] urls, bytes callData, bytes4 callbackFunction, bytes extraData);

    /// @notice Value of the slot after the batch.
    function storageAt(BatchRoot calldata batch, address account, uint256 slot, SlotProof calldata proof)
        external
        view
        returns (RemoteValue memory);

    /// @notice Reverts unless the slot had never been written.
    /// @param before Whether before the batch, and not after it.
    function requireAbsent(
        BatchRoot calldata batch,
        bool before,
        address account,
        uint256 slot,
        LowLeaf calldata low,
        LeafPath calldata path
    ) external view;

    /// @notice Keeps what the slot holds after the batch, where nothing as new is kept: an older proof changes nothing and
    /// does not revert, so that a newer one, brought first, does not spoil it.
    /// @return The newest that is kept.
    function load(BatchRoot calldata batch, address account, uint256 slot, SlotProof calldata proof)
        external
        returns (RemoteValue memory);

    /// @notice The newest kept state of the slot, if L1 executed its batch at `notBefore` or later.
    /// @dev Otherwise a client that calls this contract itself is sent to the gateways by {OffchainLookup}, and on to {verify}.
    /// ERC-3668 refuses lookups from within another contract, so contracts name no gateways and get {NothingKept}.
    /// @param notBefore Seconds by L1's clock. What is kept grows old: no later change is in it.
    /// @param gateways URLs for {IViewGateway.viewSlot}, with `{sender}` and `{data}`; they need not be trusted.
    function read(uint256 chainId, address account, uint256 slot, uint64 notBefore, string[] calldata gateways)
        external
        view
        returns (RemoteValue memory);

    /// @notice Second half of {read}: what a gateway's answer shows.
    /// @param response ABI encoding of (BatchRoot, SlotProof).
    /// @param extraData As {OffchainLookup} gave it.
    function verify(bytes calldata response, bytes calldata extraData) external view returns (RemoteValue memory);
}

/// @title What gateways are asked by {ICrossChainViews.read}
interface IViewGateway {
    /// @notice A proof of the slot under a root that the asking chain has imported.
    function viewSlot(uint256 chainId, address account, uint256 slot, uint64 notBefore)
        external
        view
        returns (BatchRoot memory batch, SlotProof memory proof);
}

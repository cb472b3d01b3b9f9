// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IStateTree, LeafPath, LowLeaf, StateKey, StateLeaf} from "../interfaces/IStateTree.sol";
import {BatchRoot, ICrossChainViews, IViewGateway, RemoteValue, SlotProof} from "../interfaces/l2/ICrossChainViews.sol";
import {IImportedRoots} from "../interfaces/l2/IImportedRoots.sol";
import {TransactionTree} from "../libraries/TransactionTree.sol";
import {Predeploys} from "./Predeploys.sol";

/// @notice See {ICrossChainViews}.
contract CrossChainViews is ICrossChainViews {
    /// @dev Kind of a storage slot's leaf.
    uint8 private constant STORAGE = 0;
    /// @dev Value in a mark in place of the first batch with proven execution.
    uint64 private constant NO_BATCH = type(uint64).max;

    mapping(uint256 chainId => mapping(address account => mapping(uint256 slot => RemoteValue))) private kept;

    /// @inheritdoc ICrossChainViews
    function requireAbsent(
        BatchRoot calldata batch,
        bool before,
        address account,
        uint256 slot,
        LowLeaf calldata low,
        LeafPath calldata path
    ) external view {
        _requireExecuted(batch);
        _requireAbsent(before ? batch.record.oldStateRoot : batch.record.newStateRoot, account, slot, low, path);
    }

    /// @inheritdoc ICrossChainViews
    function load(BatchRoot calldata batch, address account, uint256 slot, SlotProof calldata proof)
        external
        returns (RemoteValue memory)
    {
        RemoteValue memory shown = storageAt(batch, account, slot, proof);
        RemoteValue storage place = kept[batch.chainId][account][slot];
        // No batch is executed at 0, so what was never kept has no such time.
        if (place.executedAt != 0 && place.batchNumber >= shown.batchNumber) return place;
        kept[batch.chainId][account][slot] = shown;
        emit ValueKept(batch.chainId, account, slot, shown);
        return shown;
    }

    /// @inheritdoc ICrossChainViews
    function read(uint256 chainId, address account, uint256 slot, uint64 notBefore, string[] calldata gateways)
        external
        view
        returns (RemoteValue memory)
    {
        RemoteValue storage place = kept[chainId][account][slot];
        if (place.executedAt != 0 && place.executedAt >= notBefore) return place;
        if (gateways.length == 0) revert NothingKept(chainId, account, slot, notBefore);
        revert OffchainLookup(
            address(this),
            gateways,
            abi.encodeCall(IViewGateway.viewSlot, (chainId, account, slot, notBefore)),
            this.verify.selector,
            abi.encode(chainId, account, slot, notBefore)
        );
    }

    /// @inheritdoc ICrossChainViews
    function verify(bytes calldata response, bytes calldata extraData) external view returns (RemoteValue memory shown) {
        (uint256 chainId, address account, uint256 slot, uint64 notBefore) =
            abi.decode(extraData, (uint256, address, uint256, uint64));
        (BatchRoot memory batch, SlotProof memory proof) = abi.decode(response, (BatchRoot, SlotProof));
        if (batch.chainId != chainId) revert AnotherChain(chainId, batch.chainId);
        if (batch.record.executedAt < notBefore) revert ExecutedTooEarly(notBefore, batch.record.executedAt);
        // By a call, since what is decoded here is in memory.
        return this.storageAt(batch, account, slot, proof);
    }

    /// @inheritdoc ICrossChainViews
    function storageAt(BatchRoot calldata batch, address account, uint256 slot, SlotProof calldata proof)
        public
        view
        returns (RemoteValue memory shown)
    {
        _requireExecuted(batch);
        bytes32 root = batch.record.newStateRoot;
        if (proof.isWritten) {
            shown.value = proof.leaf.value;
            StateLeaf memory leaf = StateLeaf({kind: STORAGE, account: account, slot: slot, value: shown.value});
            _requireRoot(root, IStateTree(Predeploys.STATE_TREE).computeRoot(leaf, proof.path));
        } else {
            _requireAbsent(root, account, slot, proof.leaf, proof.path);
        }
        shown.batchNumber = batch.batchNumber;
        shown.executedAt = batch.record.executedAt;
        shown.provenSince = batch.record.provenSince;
    }

    function _requireAbsent(
        bytes32 root,
        address account,
        uint256 slot,
        LowLeaf calldata low,
        LeafPath calldata path
    ) private pure {
        StateKey memory key = StateKey({kind: STORAGE, account: account, slot: slot});
        _requireRoot(root, IStateTree(Predeploys.STATE_TREE).computeRootWithout(key, low, path));
    }

    function _requireRoot(bytes32 expected, bytes32 actual) private pure {
        if (actual != expected) revert StateRootMismatch(expected, actual);
    }

    /// @dev That L1 has executed the batch with this record.
    function _requireExecuted(BatchRoot calldata batch) private view {
        if (batch.record.provenSince == NO_BATCH) revert MarkIsNoBatch(batch.chainId, batch.batchNumber);
        bytes32 expected = IImportedRoots(Predeploys.IMPORTED_ROOTS).rootAt(batch.rootIndex);
        if (expected == 0) revert RootNotImported(batch.rootIndex);
        bytes32 leaf = TransactionTree.leaf(
            batch.chainId, batch.batchNumber, batch.logRoot, TransactionTree.hashRecord(batch.record)
        );
        bytes32 actual = TransactionTree.computeRoot(leaf, batch.leafIndex, batch.siblings);
        if (actual != expected) revert BatchNotInRoot(expected, actual);
    }
}

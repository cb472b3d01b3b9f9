// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IChainDirectory} from "../interfaces/IChainDirectory.sol";
import {IBatches} from "../interfaces/IBatches.sol";
import {ITransactionRootRegistry} from "../interfaces/ITransactionRootRegistry.sol";
import {TransactionTree} from "../libraries/TransactionTree.sol";
import {BatchRecord} from "../types/BatchRecord.sol";

/// @title Registry of Transaction Roots
contract TransactionRootRegistry is ITransactionRootRegistry {
    IChainDirectory public immutable directory;

    /// @inheritdoc ITransactionRootRegistry
    uint256 public latestRootIndex;

    /// @dev Per level the root of the last complete subtree that is a left child and waits for its sibling.
    mapping(uint256 level => bytes32) private pendingLeft;
    mapping(uint256 rootIndex => bytes32) private roots;

    constructor(IChainDirectory directory_) {
        directory = directory_;
        roots[0] = _emptyRoot();
    }

    /// @inheritdoc ITransactionRootRegistry
    function append(uint256 chainId, uint256 batchNumber, bytes32 logRoot, BatchRecord calldata record)
        external
        returns (uint256 rootIndex, bytes32 root)
    {
        address chain = directory.getHyperchain(chainId);
        if (msg.sender != chain) revert NotTheChain(chainId, chain, msg.sender);
        return _append(chainId, batchNumber, logRoot, record);
    }

    /// @inheritdoc ITransactionRootRegistry
    function mark(uint256 chainId) external returns (uint256 rootIndex, bytes32 root) {
        address chain = directory.getHyperchain(chainId);
        if (chain == address(0)) revert UnknownChain(chainId);
        (uint256 nextBatch, BatchRecord memory record) = IBatches(chain).markRecord();
        return _append(chainId, nextBatch, 0, record);
    }

    /// @inheritdoc ITransactionRootRegistry
    function rootAt(uint256 rootIndex) public view returns (bytes32) {
        if (rootIndex > latestRootIndex) revert RootIndexUnknown(latestRootIndex, rootIndex);
        return roots[rootIndex];
    }

    /// @inheritdoc ITransactionRootRegistry
    function isIncluded(
        uint256 rootIndex,
        uint256 leafIndex,
        uint256 chainId,
        uint256 batchNumber,
        bytes32 logRoot,
        BatchRecord calldata record,
        bytes32[] calldata siblings
    ) external view returns (bool) {
        bytes32 leaf = TransactionTree.leaf(chainId, batchNumber, logRoot, TransactionTree.hashRecord(record));
        return TransactionTree.computeRoot(leaf, leafIndex, siblings) == rootAt(rootIndex);
    }

    function _append(uint256 chainId, uint256 batchNumber, bytes32 logRoot, BatchRecord memory record)
        private
        returns (uint256 rootIndex, bytes32 root)
    {
        uint256 leafIndex = latestRootIndex;
        if (leafIndex >> TransactionTree.DEPTH != 0) revert RegistryFull();

        bytes32 empty = 0;
        bool stored = false;
        root = TransactionTree.leaf(chainId, batchNumber, logRoot, TransactionTree.hashRecord(record));
        for (uint256 level = 0; level < TransactionTree.DEPTH; ++level) {
            if ((leafIndex >> level) & 1 == 1) {
                root = TransactionTree.hashPair(pendingLeft[level], root);
            } else {
                // The lowest level at which the path is a left child: what is below is complete. Higher left children
                // are not, and are stored when they are.
                if (!stored) {
                    pendingLeft[level] = root;
                    stored = true;
                }
                root = TransactionTree.hashPair(root, empty);
            }
            empty = TransactionTree.hashPair(empty, empty);
        }
        rootIndex = leafIndex + 1;
        roots[rootIndex] = root;
        latestRootIndex = rootIndex;
        emit TransactionRootUpdated(leafIndex, chainId, batchNumber, logRoot, record, root);
    }

    function _emptyRoot() private pure returns (bytes32 node) {
        for (uint256 level = 0; level < TransactionTree.DEPTH; ++level) node = TransactionTree.hashPair(node, node);
    }
}

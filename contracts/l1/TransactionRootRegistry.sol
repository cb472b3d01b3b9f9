// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IChainDirectory} from "../interfaces/IChainDirectory.sol";
import {IBatches} from "../interfaces/IBatches.sol";
import {IChainFactory} from "../interfaces/IChainFactory.sol";
import {IHyperchain} from "../interfaces/IHyperchain.sol";
import {ISharedBridge} from "../interfaces/ISharedBridge.sol";
import {ITransactionRootRegistry} from "../interfaces/ITransactionRootRegistry.sol";
import {IVerifierRegistry, Standing} from "../interfaces/IVerifierRegistry.sol";
import {Predeploys} from "../l2/Predeploys.sol";
import {BlockHashes} from "../libraries/BlockHashes.sol";
import {BlockLeaf} from "../libraries/BlockLeaf.sol";
import {ImportKinds} from "../libraries/ImportKinds.sol";
import {LinkIndex} from "../libraries/LinkIndex.sol";
import {TransactionTree} from "../libraries/TransactionTree.sol";
import {BatchRecord} from "../types/BatchRecord.sol";
import {LinkedExecution} from "./LinkedExecution.sol";

/// @title Registry of Transaction Roots
contract TransactionRootRegistry is ITransactionRootRegistry, LinkedExecution {
    IChainDirectory public immutable directory;

    /// @dev A hyperchain's headers would be its sequencer's word for L1's.
    bool private immutable isOnHyperchain;

    /// @inheritdoc ITransactionRootRegistry
    uint256 public latestRootIndex;

    /// @dev Per level the root of the last complete subtree that is a left child and waits for its sibling.
    mapping(uint256 level => bytes32) private pendingLeft;
    mapping(uint256 rootIndex => bytes32) private roots;
    /// @dev One word: 0…1 lowest bits of the statement, which its index lacks ‖ 2…33 its version, which is not 0.
    mapping(uint256 index => uint256) private statements;

    constructor(IChainDirectory directory_) {
        directory = directory_;
        isOnHyperchain = Predeploys.SYSTEM_CONTEXT.code.length != 0;
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
        address chain = _chainOf(chainId);
        (uint256 nextBatch, BatchRecord memory record) = IBatches(chain).markRecord();
        return _append(chainId, nextBatch, 0, record);
    }

    /// @inheritdoc ITransactionRootRegistry
    function noteBlock(uint256 number) external returns (uint256 rootIndex, bytes32 root) {
        if (isOnHyperchain) revert NotOnL1();
        bytes32 blockHash = BlockHashes.find(number);
        if (blockHash == 0) revert BlockHashUnknown(number);
        return _append(block.chainid, number, blockHash, BlockLeaf.record(uint64(block.timestamp)));
    }

    /// @inheritdoc ITransactionRootRegistry
    function recordStatement(uint256 version, bytes32 batchHash) external returns (bool) {
        (address aggregator, bool isStopped) = _verifiers().aggregatorOf(version);
        if (msg.sender != aggregator) revert NotTheAggregator(version, aggregator, msg.sender);
        if (isStopped) return false;
        bytes32 statement = ImportKinds.hashStatement(version, batchHash);
        uint256 index = ImportKinds.statementIndex(statement);
        uint256 word = (version << 2) | (uint256(statement) & 3);
        if (statements[index] == word) return true;
        statements[index] = word;
        emit StatementRecorded(index, statement);
        return true;
    }

    /// @inheritdoc ITransactionRootRegistry
    function rootAt(uint256 index) external view returns (bytes32) {
        if (ImportKinds.kindOf(index) == ImportKinds.STATEMENT) return _statementAt(index);
        if (ImportKinds.isFactIndex(index)) return _executedLogRoot(uint64(index >> 64), uint64(index));
        if (LinkIndex.isLink(index)) return _linkedRoot(index);
        return _registryRoot(index);
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
        return TransactionTree.computeRoot(leaf, leafIndex, siblings) == _registryRoot(rootIndex);
    }

    /// @inheritdoc LinkedExecution
    function _chainOf(uint256 chainId) internal view override returns (address chain) {
        chain = directory.getHyperchain(chainId);
        if (chain == address(0)) revert UnknownChain(chainId);
    }

    /// @dev A batch imports no 0, so a batch with a link is executed in no other call.
    function _linkedRoot(uint256 index) private view returns (bytes32 root) {
        root = _notedRoot(index);
        if (root == 0) revert NotLinked(index);
    }

    /// @dev 0 while the version is frozen or halted: its proofs may be false. A retirement stops new records alone.
    function _statementAt(uint256 index) private view returns (bytes32) {
        uint256 word = statements[index];
        if (word == 0) return 0;
        Standing memory standing = _verifiers().standingOf(word >> 2);
        if (standing.haltedAt != 0 || block.timestamp < standing.frozenUntil) return 0;
        return bytes32((index << 2) | (word & 3));
    }

    function _verifiers() private view returns (IVerifierRegistry) {
        return IChainFactory(address(directory)).verifiers();
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

    /// @dev Second names of facts and links are beyond the newest root.
    function _registryRoot(uint256 rootIndex) private view returns (bytes32) {
        if (rootIndex > latestRootIndex) revert RootIndexUnknown(latestRootIndex, rootIndex);
        return roots[rootIndex];
    }

    function _executedLogRoot(uint256 chainId, uint256 batchNumber) private view returns (bytes32) {
        address chain = directory.getHyperchain(chainId);
        if (chain == address(0) || _isRefusedToCaller(chainId, batchNumber)) return 0;
        return IBatches(chain).l2LogsRootHash(batchNumber);
    }

    /// @dev A refused transfer is refunded on its source, so a chain that claimed it by a fact would be paid from what others
    /// have in transit to it. Only contracts of chains execute batches; the bridge could not answer for any other contract.
    function _isRefusedToCaller(uint256 chainId, uint256 batchNumber) private view returns (bool) {
        if (msg.sender.code.length == 0) return false;
        (bool success, bytes memory answer) = msg.sender.staticcall(abi.encodeCall(IHyperchain.getChainId, ()));
        if (!success || answer.length != 32) return true;
        uint256 callerId = uint256(bytes32(answer));
        if (directory.getHyperchain(callerId) != msg.sender) return true;
        return ISharedBridge(IChainFactory(address(directory)).sharedBridge()).isRefused(chainId, batchNumber, callerId);
    }

    function _emptyRoot() private pure returns (bytes32 node) {
        for (uint256 level = 0; level < TransactionTree.DEPTH; ++level) node = TransactionTree.hashPair(node, node);
    }
}

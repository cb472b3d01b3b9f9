// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IL1Messenger} from "../interfaces/l2/IL1Messenger.sol";
import {IL2AssetRouter} from "../interfaces/l2/IL2AssetRouter.sol";
import {L2LogTree} from "../libraries/L2LogTree.sol";
import {RollingHash} from "../libraries/RollingHash.sol";
import {Predeploys} from "./Predeploys.sol";
import {RestrictedCallers} from "./RestrictedCallers.sol";

/// @notice See {IL1Messenger}.
contract L1Messenger is IL1Messenger, RestrictedCallers {
    /// @notice Messages a batch may hold; the rest of the tree is for results, which the sequencer must be able to log.
    uint256 public constant MAX_MESSAGES = 4096;
    /// @notice Below the pubdata limit of a batch, so that a batch can hold any message that was accepted.
    uint256 public constant MAX_MESSAGE_BYTES = 65_536;
    /// @notice About half of what a new storage slot costs per published byte.
    uint256 public constant GAS_PER_PUBDATA_BYTE = 100;
    /// @notice Published with each message: kind, sender, length.
    uint256 public constant MESSAGE_OVERHEAD_BYTES = 24;

    /// @notice L2LogTree.DEPTH; array lengths take literals only.
    uint256 private constant TREE_DEPTH = 14;

    uint64 public logCount;
    uint64 private priorityOpCount;
    /// @notice Whether the batch's closing has lists to send.
    bool private expectsLists;
    /// @notice Zero while there is no operation.
    bytes32 private priorityOpsRollingHash;
    /// @notice Level i holds the root of the complete subtree of 2^i leaves that still waits for its right sibling.
    bytes32[TREE_DEPTH + 1] private frontier;
    /// @notice The closing's own messages have room, however many others there are.
    bool private transient isClosing;

    /// @inheritdoc IL1Messenger
    function sendToL1(bytes calldata message) external returns (bytes32 hash) {
        if (message.length > MAX_MESSAGE_BYTES) revert MessageTooLong(MAX_MESSAGE_BYTES, message.length);
        _burnGas((message.length + MESSAGE_OVERHEAD_BYTES) * GAS_PER_PUBDATA_BYTE);
        hash = keccak256(message);
        _append(L2LogTree.messageLeaf(msg.sender, hash), isClosing ? 1 << TREE_DEPTH : MAX_MESSAGES + priorityOpCount);
        emit L1MessageSent(msg.sender, hash, message);
    }

    /// @inheritdoc IL1Messenger
    function logPriorityOpResult(bytes32 canonicalTxHash, bool success) external onlyFrom(Predeploys.BOOTLOADER) {
        uint256 index = _append(L2LogTree.priorityOpLeaf(canonicalTxHash, success), 1 << TREE_DEPTH);
        priorityOpsRollingHash = RollingHash.addPriorityOp(
            priorityOpCount == 0 ? RollingHash.EMPTY_PRIORITY_OPS : priorityOpsRollingHash, canonicalTxHash
        );
        ++priorityOpCount;
        emit PriorityOpResultLogged(canonicalTxHash, success, index);
    }

    /// @inheritdoc IL1Messenger
    function expectLists() external onlyFrom(Predeploys.ASSET_ROUTER) {
        expectsLists = true;
    }

    /// @inheritdoc IL1Messenger
    function closeBatch()
        external
        onlyFrom(Predeploys.SYSTEM_CONTEXT)
        returns (bytes32 root, uint64 logs, uint64 operations, bytes32 rollingHash)
    {
        if (expectsLists) {
            (expectsLists, isClosing) = (false, true);
            IL2AssetRouter(Predeploys.ASSET_ROUTER).closeLists();
        }
        (root, logs, operations) = (logsRoot(), logCount, priorityOpCount);
        rollingHash = RollingHash.EMPTY_PRIORITY_OPS;
        // Stores that change nothing cost a proof of execution all the same, so only what the batch wrote is cleared.
        if (logs == 0) return (root, logs, operations, rollingHash);
        delete logCount;
        delete priorityOpCount;
        if (operations != 0) {
            rollingHash = priorityOpsRollingHash;
            delete priorityOpsRollingHash;
        }
        // No level above the highest bit of the count was written.
        for (uint256 level = 0; logs >> level != 0; ++level) delete frontier[level];
    }

    /// @inheritdoc IL1Messenger
    function consumeAllGas() external pure {
        assembly ("memory-safe") {
            invalid()
        }
    }

    /// @inheritdoc IL1Messenger
    function logsRoot() public view returns (bytes32 node) {
        uint256 count = logCount;
        bytes memory empty = L2LogTree.EMPTY_SUBTREES;
        uint256 level = 0;
        while (level < TREE_DEPTH && (count >> level) & 1 == 0) ++level;
        // Below the lowest complete subtree every node is empty, so hashing begins there.
        node = count == 0 ? _wordAt(empty, TREE_DEPTH) : frontier[level];
        if (count == 0 || level == TREE_DEPTH) return node;
        node = _hashPair(node, _wordAt(empty, level));
        for (++level; level < TREE_DEPTH; ++level) {
            node = (count >> level) & 1 == 1 ? _hashPair(frontier[level], node) : _hashPair(node, _wordAt(empty, level));
        }
    }

    function _append(bytes32 leaf, uint256 limit) private returns (uint256 index) {
        index = logCount;
        if (index >= limit || index >= 1 << TREE_DEPTH) revert TooManyLogs(limit, index);
        logCount = uint64(index + 1);
        bytes32 node = leaf;
        uint256 level = 0;
        for (; (index >> level) & 1 == 1; ++level) node = _hashPair(frontier[level], node);
        frontier[level] = node;
    }

    /// @dev INVALID takes exactly the gas it is given, whatever that is.
    function _burnGas(uint256 amount) private view {
        // A call can pass on 63/64 of what is left; with less, the rest of this function would run on unpaid pubdata.
        if ((gasleft() / 64) * 63 < amount) revert NotEnoughGasForPubdata(amount, gasleft());
        (bool success,) = address(this).staticcall{gas: amount}(abi.encodeCall(IL1Messenger.consumeAllGas, ()));
        assert(!success);
    }

    function _wordAt(bytes memory words, uint256 index) private pure returns (bytes32 word) {
        assembly ("memory-safe") {
            word := mload(add(add(words, 0x20), shl(5, index)))
        }
    }

    function _hashPair(bytes32 left, bytes32 right) private pure returns (bytes32 hash) {
        // The scratch space of two words; abi.encode would allocate memory at every level.
        assembly ("memory-safe") {
            mstore(0x00, left)
            mstore(0x20, right)
            hash := keccak256(0x00, 0x40)
        }
    }
}

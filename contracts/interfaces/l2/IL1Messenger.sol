// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Messages to L1, and the tree over a batch's logs
/// @notice Every log of the batch is a leaf of one keccak tree of depth 14, in the order of emission. L1 builds the same
/// tree from the batch's pubdata and refuses a batch whose root differs. The closing system transaction takes root and
/// counts and clears everything, so nothing of the tree is in a batch's net changes.
interface IL1Messenger {
    /// @notice A message left for L1. Topics and name are what clients of ZK Stack search receipts for.
    event L1MessageSent(address indexed sender, bytes32 indexed hash, bytes message);
    /// @notice The result of a priority operation entered the tree.
    event PriorityOpResultLogged(bytes32 indexed canonicalTxHash, bool success, uint256 logIndex);

    /// @notice The batch has no room for another log of this kind; the sequencer seals earlier.
    error TooManyLogs(uint256 limit, uint256 actual);
    error MessageTooLong(uint256 limit, uint256 actual);
    /// @notice Publishing on L1 costs more than the gas that is left.
    error NotEnoughGasForPubdata(uint256 required, uint256 actual);

    /// @notice Sends a message to L1. Anyone may call it; L1 sees the caller's address with the message.
    /// @dev Burns gas for each published byte, because emission alone would cost less than its share of a
    /// batch.
    /// @return hash keccak256 of the message, the value of its log.
    function sendToL1(bytes calldata message) external returns (bytes32 hash);

    /// @notice Logs a priority operation's result and adds the operation to the batch's rolling hash. Only the bootloader.
    /// @dev Trusted to report each operation once, in queue order, with its true result. L1 checks count and order against
    /// its queue; the result is the quorum's word: a lie gives or denies a refund of that chain's own deposit.
    function logPriorityOpResult(bytes32 canonicalTxHash, bool success) external;

    /// @notice Marks that the batch's closing must request the asset router's lists. Only the asset router.
    /// @dev A batch without lists asks nothing: a proof of its execution need not load the router's code.
    function expectLists() external;

    /// @notice Returns what the batch exports and forgets it. Only the system context, once a batch.
    function closeBatch()
        external
        returns (bytes32 logsRoot, uint64 logCount, uint64 priorityOpCount, bytes32 priorityOpsRollingHash);

    /// @notice Consumes all gas it is given. Only the messenger calls it, on itself; useless to anyone else.
    function consumeAllGas() external pure;

    /// @notice Root over the open batch's logs so far.
    function logsRoot() external view returns (bytes32);

    /// @notice Number of logs in the open batch so far.
    function logCount() external view returns (uint64);
}

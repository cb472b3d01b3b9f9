// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Transaction roots of the ecosystem, imported from the registry on L1
/// @notice What messages from other chains are proven against.
interface IImportedRoots {
    event RootImported(uint256 indexed registryIndex, bytes32 root);

    /// @notice A registry index has one root and keeps it.
    error RootAlreadyImported(uint256 registryIndex, bytes32 root);
    error ZeroRoot(uint256 registryIndex);
    error TooManyImports(uint256 limit);
    /// @notice Facts and statements of a batch share this limit.
    error TooManyFacts(uint256 limit);
    error MalformedFactIndex(uint256 index);
    /// @notice L1 sends roots and statements alone through the queue.
    error NotSentByL1(uint256 registryIndex);

    /// @notice Records an imported word by its index (ImportKinds): a root of the registry's history, or the root of a log tree for a
    /// fact. Only the bootloader.
    /// @dev Trusted until the batch executes: L1 compares every import with the registry then, and a batch with a false one
    /// never executes, so nothing that follows from it reaches L1 or another chain.
    function importRoot(uint256 registryIndex, bytes32 root) external;

    /// @notice Records a root that the shared bridge on L1 has read from the registry and sent through the
    /// queue. Only that bridge's alias. Anyone can ask the bridge for it (ISharedBridge.sendRoot): a
    /// sequencer that imports nothing holds up no message.
    /// @dev L1 itself confirms the root, so L1 need not look it up, and it does not conflict with imports of
    /// the bootloader. To send a root twice changes nothing.
    function importRootFromL1(uint256 registryIndex, bytes32 root) external;

    /// @notice Returns the open batch's imports and forgets their count and hash. Only the system context, once a batch.
    function closeBatch() external returns (uint64 count, bytes32 rollingHash);

    /// @notice Writes the mask of the open batch's facts. Only the system context, before `closeBatch`, on a chain that serves facts.
    function noteFacts() external;

    /// @notice Hash of a fact, by its number in the batch that imported facts last; 0 if no batch had as many. Reverts from 16 upwards.
    function recentFact(uint256 number) external view returns (bytes32);

    /// @notice On a chain that serves facts 2^16, and a bit for each number for which `recentFact` is from the last closed batch; else 0.
    function factMask() external view returns (uint256);

    /// @notice The root at an index of the registry's history, by whichever way it came; zero if it did not.
    function rootAt(uint256 registryIndex) external view returns (bytes32);
}

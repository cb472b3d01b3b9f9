// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ChainConfiguration} from "../types/ChainConfiguration.sol";

/// @notice What a commit asks of its chain's settings.
struct CommitSettings {
    uint256 protocolVersion;
    address dataAvailabilityPolicy;
    bool cheatsAllowed;
    uint64 priorityOpWindow;
}

/// @notice What a request for an operation asks of its chain's settings.
struct QueueSettings {
    address transactionFilterer;
    uint64 priorityOpWindow;
    uint64 priorityGasPerSecond;
    uint128 l2GasPrice;
}

/// @title The settings of all chains, and the count of their validators' signatures
/// @notice A contract of its own because chains' contracts would be too large with it. Settings are written once, when a chain
/// is created; nobody can change them.
/// @dev Chains trust it wholly: one that lied could name other validators.
interface IChainSettings {
    error OnlyFactory(address expected, address actual);
    error QuorumTooSmall(uint256 expected, uint256 actual);
    error SignersNotAscending(address previous, address next);
    error NotAValidator(address signer);

    /// @notice Writes a new chain's settings. Only the factory, which has checked them and uses no chain id twice.
    function configure(ChainConfiguration calldata configuration) external;

    /// @notice Reverts unless enough validators of the chain signed the digest, by strictly ascending signers. The digest must
    /// bind the chain: the same validators may sign for several.
    function requireQuorum(uint256 chainId, bytes32 digest, bytes[] calldata signatures) external view;

    /// @notice All settings of a chain; empty for a chain that was not created.
    function configurationOf(uint256 chainId) external view returns (ChainConfiguration memory);

    function forCommit(uint256 chainId) external view returns (CommitSettings memory);

    function forQueue(uint256 chainId) external view returns (QueueSettings memory);

    /// @notice Seconds between commit and execution of a batch.
    function executionDelay(uint256 chainId) external view returns (uint256);

    /// @notice Seconds from an operation's deadline until the exit opens.
    function exitDelay(uint256 chainId) external view returns (uint256);

    function isValidator(uint256 chainId, address account) external view returns (bool);

    function factory() external view returns (address);
}

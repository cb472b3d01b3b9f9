// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ChainConfiguration} from "../types/ChainConfiguration.sol";
import {IBatches} from "./IBatches.sol";
import {IChainImports} from "./IChainImports.sol";
import {IExit} from "./IExit.sol";
import {IPriorityQueue} from "./IPriorityQueue.sol";

/// @title A chain on its settlement layer
/// @notice Priority queue, batches and exit of one chain. All chains are minimal proxies of one implementation.
interface IHyperchain is IPriorityQueue, IBatches, IChainImports, IExit {
    error AlreadyInitialized();

    /// @notice Sets the chain up. Only the factory, in the transaction that creates the proxy, once the settings are written.
    function initialize(uint256 chainId, address baseToken, uint32 importBatches) external;

    /// @notice Number of missing imports of its initial state (IChainImports); 0 for a complete one.
    function importsLeft() external view returns (uint32);

    function getChainId() external view returns (uint256);

    /// @notice Present admin of the chain (IChainTerms).
    function getAdmin() external view returns (address);

    /// @notice ERC-20 on L1; address 1 is ETH.
    function getBaseToken() external view returns (address);

    /// @notice Version of the last executed batch; before the first, the version with which the chain was
    /// created.
    function getProtocolVersion() external view returns (uint256);

    /// @notice The complete configuration, as the chain was created; its terms may be others by now (IChainTerms).
    function getConfiguration() external view returns (ChainConfiguration memory);

    /// @notice Whether this account's signature counts now.
    function isValidator(address account) external view returns (bool);

    function factory() external view returns (address);
}

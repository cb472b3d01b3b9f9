// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IStateTree} from "../../../../contracts/interfaces/IStateTree.sol";
import {ProtocolVersion} from "../../../../contracts/interfaces/IVerifierRegistry.sol";
import {TransactionTree} from "../../../../contracts/libraries/TransactionTree.sol";
import {BatchRecord} from "../../../../contracts/types/BatchRecord.sol";

/// @notice Test double of a chain: anyone says what its last state is, and whether it has stopped.
contract KnownChainDouble {
    StoppedWorldDouble public immutable verifiers;
    bytes32 public executedStateRoot;
    bool public exited;
    address public constant getBaseToken = address(1);
    uint256 public constant getProtocolVersion = 1;

    constructor(StoppedWorldDouble world) {
        verifiers = world;
    }

    function set(bytes32 stateRoot, bool hasStopped) external {
        (executedStateRoot, exited) = (stateRoot, hasStopped);
    }
}

/// @notice Test double of all that the state exit asks: factory, registry of batches, registry of verifiers, and a bridge that counts.
/// Trees of states and of batches are hashed as everywhere.
contract StoppedWorldDouble {
    IStateTree private immutable TREE;
    /// @notice Newest root of the registry.
    bytes32 public root;
    mapping(uint256 chainId => KnownChainDouble) public getHyperchain;
    /// @notice Payments out of a chain's balance, by recipient.
    mapping(uint256 chainId => mapping(address recipient => uint256)) public paid;

    constructor(IStateTree tree) {
        TREE = tree;
    }

    function setChain(uint256 chainId, bytes32 stateRoot, bool hasStopped) external {
        if (address(getHyperchain[chainId]) == address(0)) getHyperchain[chainId] = new KnownChainDouble(this);
        getHyperchain[chainId].set(stateRoot, hasStopped);
    }

    function setRoot(bytes32 newest) external {
        root = newest;
    }

    function payHolding(uint256 chainId, address token, address recipient, uint256 amount) external {
        require(token == address(0), "escrows here are of ETH");
        paid[chainId][recipient] += amount;
    }

    function sharedBridge() external view returns (address) {
        return address(this);
    }

    function messageRoot() external view returns (address) {
        return address(this);
    }

    function contentOf(uint256) external view returns (ProtocolVersion memory version) {
        version.tree = TREE;
    }

    function isIncluded(
        uint256,
        uint256 leafIndex,
        uint256 chainId,
        uint256 batchNumber,
        bytes32 logRoot,
        BatchRecord calldata record,
        bytes32[] calldata siblings
    ) external view returns (bool) {
        bytes32 leaf = TransactionTree.leaf(chainId, batchNumber, logRoot, TransactionTree.hashRecord(record));
        return TransactionTree.computeRoot(leaf, leafIndex, siblings) == root;
    }
}
